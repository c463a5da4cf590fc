"""Exercises, workouts and the exercises in a workout."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from workouts.rules import NOTE_LIMIT, SCALE_MAX
from workouts.states import Block, ExerciseType, Status

ZERO_TO_TEN = [MinValueValidator(0), MaxValueValidator(SCALE_MAX)]


class Exercise(models.Model):
    """A movement of the clinic's library, such as "Heel slide"."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    name = models.CharField(_("name"), max_length=200)
    exercise_type = models.CharField(_("type"), max_length=16, choices=ExerciseType, default=ExerciseType.REPS_BASED)

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_exercise_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Workout(models.Model):
    """A session a patient is asked to do, and what became of it."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="workouts", verbose_name=_("patient")
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="owned_workouts",
        verbose_name=_("doctor"),
        help_text=_("The owner: the doctor who may write notes on it."),
    )
    date_scheduled = models.DateField(_("scheduled for"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PLANNED)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    completed_on = models.DateField(
        _("completed on"),
        null=True,
        blank=True,
        help_text=_("The calendar day in the patient's time zone, frozen at completion."),
    )
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    completed_via_app_entrance = models.BooleanField(_("inferred from an app visit"), default=False)
    mirrored_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="mirrors", verbose_name=_("copied from")
    )
    superseded_at = models.DateTimeField(
        _("replaced at"),
        null=True,
        blank=True,
        help_text=_("When a real workout of the same day replaced this inferred one."),
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("workout")
        verbose_name_plural = _("workouts")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.PLANNED, completed_at__isnull=True, completed_on__isnull=True)
                | Q(status=Status.COMPLETED, completed_at__isnull=False, completed_on__isnull=False),
                name="completed_workout_has_its_day",
            ),
        ]
        indexes = [
            # For the session lists: a patient's completed workouts, newest first.
            models.Index(
                fields=["patient", "-completed_at", "-id"],
                name="workout_completed",
                condition=Q(status=Status.COMPLETED),
            ),
            # For the session list over all patients of a clinic's doctor.
            models.Index(
                fields=["tenant", "-completed_at", "-id"],
                name="workout_tenant_completed",
                condition=Q(status=Status.COMPLETED),
            ),
            # For a patient's day: whether they really trained on it, and what it is worth.
            models.Index(fields=["patient", "completed_on"], name="workout_day", condition=Q(status=Status.COMPLETED)),
            # For "upcoming" and for the planned workout of a day.
            models.Index(
                fields=["patient", "date_scheduled"], name="workout_planned", condition=Q(status=Status.PLANNED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.date_scheduled}"

    @property
    def day(self) -> date:
        """The day it was done on in the patient's zone, else the day it is planned for."""
        return self.completed_on or self.date_scheduled

    @property
    def told_by_patient(self) -> bool:
        """Whether the patient reported it: it was done, and not merely inferred."""
        return self.status == Status.COMPLETED and not self.completed_via_app_entrance


class ExerciseInWorkout(models.Model):
    """One exercise of one workout: planned, done, felt, and what was written about it."""

    workout = models.ForeignKey(Workout, models.CASCADE, related_name="exercises", verbose_name=_("workout"))
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="+", verbose_name=_("exercise"))
    position = models.PositiveSmallIntegerField(_("position"))
    exercise_block = models.CharField(_("block"), max_length=24, choices=Block, default=Block.MAIN_SESSION)
    exercise_type = models.CharField(_("type"), max_length=16, choices=ExerciseType, default=ExerciseType.REPS_BASED)
    planned_sets = models.PositiveSmallIntegerField(_("planned sets"), null=True, blank=True)
    planned_reps = models.PositiveSmallIntegerField(_("planned repetitions"), null=True, blank=True)
    planned_duration_seconds = models.PositiveIntegerField(_("planned seconds"), null=True, blank=True)
    actual_sets = models.PositiveSmallIntegerField(_("sets"), null=True, blank=True)
    actual_reps = models.PositiveSmallIntegerField(_("repetitions"), null=True, blank=True)
    actual_duration_seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    pain = models.PositiveSmallIntegerField(_("pain"), null=True, blank=True, validators=ZERO_TO_TEN)
    exertion = models.PositiveSmallIntegerField(_("exertion"), null=True, blank=True, validators=ZERO_TO_TEN)
    patient_notes = models.TextField(_("patient's note"), blank=True, default="")
    doctor_notes_post_exercise = models.CharField(_("therapist's note"), max_length=NOTE_LIMIT, blank=True, default="")
    doctor_notes_post_exercise_at = models.DateTimeField(_("note written at"), null=True, blank=True)
    doctor_notes_post_exercise_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("note written by"),
        help_text=_("Empty: the workout's own doctor."),
    )

    class Meta:
        verbose_name = _("exercise in a workout")
        verbose_name_plural = _("exercises in a workout")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workout", "position"], name="one_exercise_per_position"),
            models.CheckConstraint(condition=Q(pain__isnull=True) | Q(pain__lte=SCALE_MAX), name="pain_is_zero_to_ten"),
            models.CheckConstraint(
                condition=Q(exertion__isnull=True) | Q(exertion__lte=SCALE_MAX), name="exertion_is_zero_to_ten"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.exercise}"


class Streak(models.Model):
    """
    A patient's streaks up to their last workout day: a ``streaks.Tally``, kept.

    A cache: at any time the same can be read from the workouts. It holds what adding a workout
    needs, and nothing that depends on the day it is looked at.
    """

    patient = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="streak", primary_key=True)
    last_workout_on = models.DateField(_("last workout day"), null=True)
    streak_started_on = models.DateField(_("streak since"), null=True)
    daily_streak = models.PositiveIntegerField(_("daily streak"), default=0)
    longest_daily_streak = models.PositiveIntegerField(_("longest daily streak"), default=0)
    week_days = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text=_("0 is Sunday."))
    week_minutes = models.PositiveIntegerField(_("minutes in that week"), default=0)
    weeks_before = models.PositiveIntegerField(_("full weeks before it"), default=0)
    longest_weekly_streak = models.PositiveIntegerField(_("longest weekly streak"), default=0)
    counts_inferred = models.BooleanField(
        help_text=_("Whether inferred visits were counted; after the clinic changes its mind it must be rebuilt.")
    )

    class Meta:
        verbose_name = _("streak")
        verbose_name_plural = _("streaks")

    def __str__(self) -> str:
        return str(self.patient)
