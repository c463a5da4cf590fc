"""One row for each local day a patient opened the app."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from entrances.states import NOT_TRAINED, Answer, Reason, Status
from workouts.models import Workout
from workouts.rules import SCALE_MAX


class AppEntrance(models.Model):
    """
    The visits of one patient on one local day, and what they became.

    The day and the zone are frozen at the first visit; the window is judged on the database's
    clock. Only a PENDING row ever moves.
    """

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="app_entrances", verbose_name=_("patient")
    )
    local_date = models.DateField(_("day"))
    zone = models.CharField(_("time zone"), max_length=64)
    status = models.CharField(_("became"), max_length=32, choices=Status, default=Status.PENDING)
    reason = models.CharField(_("because"), max_length=24, choices=Reason, blank=True, default="")
    opened_at = models.DateTimeField(_("first opened"))
    last_seen_at = models.DateTimeField(_("last opened"))
    visits = models.PositiveIntegerField(_("times opened"), default=1)
    window_ends_at = models.DateTimeField(_("window ends"))
    settled_at = models.DateTimeField(_("settled at"), null=True)
    inferred_workout = models.OneToOneField(
        Workout, models.PROTECT, null=True, related_name="inferred_from", verbose_name=_("inferred workout")
    )
    answer = models.CharField(_("answer"), max_length=16, choices=Answer, blank=True, default="")
    answer_pain = models.PositiveSmallIntegerField(_("pain"), null=True)
    answer_note = models.TextField(_("note"), blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("app entrance")
        verbose_name_plural = _("app entrances")
        constraints = [
            # A hundred logs at once meet here and become one row.
            models.UniqueConstraint(fields=["patient", "local_date"], name="one_entrance_per_day"),
            models.CheckConstraint(
                condition=Q(status=Status.PENDING, settled_at__isnull=True)
                | (~Q(status=Status.PENDING) & Q(settled_at__isnull=False)),
                name="settled_entrance_says_when",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FINALIZED_TO_INFERRED_WORKOUT, inferred_workout__isnull=False)
                | (~Q(status=Status.FINALIZED_TO_INFERRED_WORKOUT) & Q(inferred_workout__isnull=True)),
                name="inferred_entrance_has_its_workout",
            ),
            models.CheckConstraint(
                condition=Q(answer_pain__isnull=True) | Q(answer_pain__lte=SCALE_MAX), name="answer_pain_is_zero_to_ten"
            ),
        ]
        indexes = [
            # For entrances.sweep: windows that have closed, without reading history.
            models.Index(fields=["window_ends_at"], name="entrance_owed", condition=Q(status=Status.PENDING)),
            # For today's page: who opened the app in the last days and did not train.
            models.Index(
                fields=["tenant", "-local_date"], name="entrance_not_trained", condition=Q(status__in=NOT_TRAINED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.local_date}"
