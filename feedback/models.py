"""What is owed: summaries to therapists, and therapists' notes to patients."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from workouts.models import Workout


class Debt(models.Model):
    """
    Something owed until ``due_at`` is cleared; the row is the timer, on the database's clock.

    Failures are charged to ``attempts``; after the third the row is dead: shown in admin, told to
    admins, and still tried every hour.
    """

    due_at = models.DateTimeField(_("due at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    dead_at = models.DateTimeField(_("dead since"), null=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class FeedbackSummary(Debt):
    """
    What a patient reported and the therapists are owed: once per workout, and per answer without one.

    ``pain`` and ``note`` are what the patient said of the day as a whole; what was felt in each
    exercise is read from the workout.
    """

    key = models.CharField(max_length=100, unique=True, editable=False)
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="feedback_summaries", verbose_name=_("patient")
    )
    workout = models.OneToOneField(
        Workout, models.CASCADE, null=True, related_name="feedback_summary", verbose_name=_("workout")
    )
    day = models.DateField(_("day"))
    pain = models.PositiveSmallIntegerField(_("pain"), null=True)
    note = models.TextField(_("note"), blank=True, default="")
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("patient's feedback")
        verbose_name_plural = _("patients' feedback")
        indexes = [
            # For feedback.sweep: summaries owed, without reading history.
            models.Index(fields=["due_at"], name="summary_owed", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.day}"


class NoteDelivery(Debt):
    """The one bundle of a doctor's notes on one workout, on its way to the patient."""

    workout = models.ForeignKey(Workout, models.CASCADE, related_name="note_deliveries", verbose_name=_("workout"))
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="note_deliveries", verbose_name=_("doctor")
    )
    rev = models.PositiveIntegerField(_("times saved"), default=0, help_text=_("How many times notes were saved."))
    first_unsent_at = models.DateTimeField(_("waiting since"), null=True)
    held_at = models.DateTimeField(_("held since"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    delivered_rev = models.PositiveIntegerField(
        _("save delivered"), null=True, help_text=_("The save whose notes the patient has.")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("note delivery")
        verbose_name_plural = _("note deliveries")
        constraints = [
            # Two quick saves meet here and become one message.
            models.UniqueConstraint(fields=["workout", "doctor"], name="one_delivery_per_review"),
        ]
        indexes = [
            # For feedback.sweep: what is owed and not held, without reading history.
            models.Index(
                fields=["due_at"],
                name="delivery_owed",
                condition=Q(due_at__isnull=False, held_at__isnull=True),
            ),
            # For the doctor's list of deliveries.
            models.Index(fields=["doctor", "-id"], name="delivery_of_doctor"),
            # For today's page: what is on its way or held, without what was delivered long ago.
            models.Index(fields=["doctor"], name="delivery_on_its_way", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.doctor} – {self.workout}"
