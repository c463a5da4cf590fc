"""The words shared by everything that speaks of workouts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    PLANNED = "PLANNED", _("Planned")
    COMPLETED = "COMPLETED", _("Completed")


class Block(TextChoices):
    """The part of a session an exercise belongs to."""

    WARM_UP = "WARM_UP", _("Warm-up")
    MAIN_SESSION = "MAIN_SESSION", _("Main session")
    SUPPLEMENTAL_WORK = "SUPPLEMENTAL_WORK", _("Supplemental work")
    COOL_DOWN = "COOL_DOWN", _("Cool-down")


class ExerciseType(TextChoices):
    """What an exercise counts: repetitions or seconds."""

    REPS_BASED = "REPS_BASED", _("Repetitions")
    TIME_BASED = "TIME_BASED", _("Time")
