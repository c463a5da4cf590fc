"""Evidence, management time, and what a clinician has certified."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.states import UserType
from rtm.states import DayReason, Grade

LONGEST_ENTRY = 24 * 60 * 60
"""The most seconds of one time entry."""

NOTE_LIMIT = 1000
"""The longest note on a time entry, in Unicode code points."""


class EvidenceDay(models.Model):
    """
    What one local day of a patient is worth as monitoring data, and why.

    A cache of what ``queries.evidence`` reads from workouts and answers; it can be rebuilt at any time.
    """

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="evidence_days", verbose_name=_("patient")
    )
    day = models.DateField(_("day"))
    grade = models.CharField(_("grade"), max_length=16, choices=Grade)
    counted = models.BooleanField(_("counted"))
    reason = models.CharField(_("because"), max_length=24, choices=DayReason)

    class Meta:
        verbose_name = _("day of evidence")
        verbose_name_plural = _("days of evidence")
        constraints = [
            models.UniqueConstraint(fields=["patient", "day"], name="one_evidence_per_day"),
            # Whatever a later version makes of it: nothing else may ever be counted.
            models.CheckConstraint(condition=Q(counted=Q(grade=Grade.THERAPEUTIC)), name="only_therapeutic_days_count"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.day}"


class RecordedAnswer(models.Model):
    """A patient's own words on a local day that are not a workout, such as the answer to a check-in."""

    patient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recorded_answers")
    day = models.DateField(_("day"))
    has_data = models.BooleanField(_("has data"), help_text=_("A rating or a note is in it."))
    key = models.CharField(max_length=100, help_text=_("What was answered; recording it again changes nothing."))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("recorded answer")
        verbose_name_plural = _("recorded answers")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="one_record_per_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.day}"


class TimeEntry(models.Model):
    """
    Time a doctor has spent on a patient between visits, in whole seconds.

    It belongs to the clinic's calendar month in which it began, with all its seconds.
    """

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="management_time", verbose_name=_("patient")
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="recorded_time", verbose_name=_("doctor")
    )
    started_at = models.DateTimeField(_("started at"))
    seconds = models.PositiveIntegerField(
        _("seconds"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_ENTRY)]
    )
    live_contact = models.BooleanField(
        _("live contact"), help_text=_("Patient and doctor spoke with each other; a message is not a live contact.")
    )
    note = models.CharField(_("note"), max_length=NOTE_LIMIT, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds__gte=1, seconds__lte=LONGEST_ENTRY), name="entry_lasts_a_second_to_a_day"
            ),
        ]
        indexes = [
            # For the months of a patient.
            models.Index(fields=["patient", "started_at"], name="time_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.started_at}"


class CertifiedMonth(models.Model):
    """
    A calendar month as a clinician has certified it; ``snapshot`` is a ``proposals.Proposal``.

    It is written once. What comes later is an ``Amendment``, and changes nothing here.
    """

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="certified_months", verbose_name=_("patient")
    )
    month = models.DateField(_("month"), help_text=_("Any day of it."))
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="certified_for_patients",
        limit_choices_to={"user_type": UserType.DOCTOR},
        verbose_name=_("certified by"),
        help_text=_("The connected doctor who has looked at it and certifies it."),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    locked_at = models.DateTimeField(_("locked at"))
    snapshot = models.JSONField(_("what was certified"))

    class Meta:
        verbose_name = _("certified month")
        verbose_name_plural = _("certified months")
        constraints = [
            models.UniqueConstraint(fields=["patient", "month"], name="one_certification_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.month:%Y-%m}"


class Amendment(models.Model):
    """What would be proposed for a certified month, given data that came after it was locked."""

    certified_month = models.ForeignKey(CertifiedMonth, models.PROTECT, related_name="amendments")
    proposal = models.JSONField(_("what would be proposed now"))
    digest = models.CharField(max_length=64, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        constraints = [
            # However often the same difference is found.
            models.UniqueConstraint(fields=["certified_month", "digest"], name="one_amendment_per_difference"),
        ]

    def __str__(self) -> str:
        return f"{self.certified_month}, {self.recorded_at}"
