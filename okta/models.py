"""The record of every sweep, and of every alert."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SweepRun(models.Model):
    """
    One run of one kind of sweep, on the database's clock.

    The unfinished row of a kind is also its mutex: two beats, or a sweep that outlives its
    interval, meet at the constraint and the second one stands back.
    """

    kind = models.CharField(_("kind"), max_length=64)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True)
    ok = models.BooleanField(_("went well"), null=True)
    rows = models.PositiveIntegerField(_("rows found"), default=0)
    lag = models.DurationField(_("delay"), null=True, help_text=_("How late the oldest row it found was."))
    failed = models.CharField(
        _("failure"), max_length=200, blank=True, default="", help_text=_("The name of what it raised.")
    )

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(finished_at__isnull=True), name="one_running_sweep"),
        ]
        indexes = [
            # For health and the "just finished" check: the newest run of a kind.
            models.Index(fields=["kind", "-started_at"], name="sweeprun_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.started_at}"


class Alert(models.Model):
    """
    One episode of something being wrong that people were told of; open until it has gone.

    However many processes notice, there is one open row of a kind, and whoever made it tells people.
    """

    kind = models.CharField(_("kind"), max_length=64)
    opened_at = models.DateTimeField(_("since"), db_default=Now())
    closed_at = models.DateTimeField(_("until"), null=True)
    detail = models.CharField(_("what was seen"), max_length=200)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(closed_at__isnull=True), name="one_open_alert"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.opened_at}"
