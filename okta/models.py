"""The record of every sweep: when it ran, what it found, how late the work was."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class SweepRun(models.Model):
    """
    One run of one kind of sweep, on the database's clock.

    The unfinished row of a kind is also its mutex: two beats, or a sweep that outlives its
    interval, meet at the constraint and the second one stands back.
    """

    kind = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    ok = models.BooleanField(null=True)
    rows = models.PositiveIntegerField(default=0)
    lag = models.DurationField(null=True, help_text="How late the oldest row it found was.")
    failed = models.CharField(max_length=200, blank=True, default="", help_text="The name of what it raised.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(finished_at__isnull=True), name="one_running_sweep"),
        ]
        indexes = [
            # For health and the "just finished" check: the newest run of a kind.
            models.Index(fields=["kind", "-started_at"], name="sweeprun_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.started_at}"
