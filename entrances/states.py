"""The words shared by everything that speaks of app visits."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    PENDING = "PENDING", _("Waiting for the window to close")
    CANCELED_BY_REAL_WORKOUT = "CANCELED_BY_REAL_WORKOUT", _("A real workout was done")
    SKIPPED_FEATURE_DISABLED = "SKIPPED_FEATURE_DISABLED", _("Tracking was off")
    SKIPPED_NO_SOURCE_WORKOUT = "SKIPPED_NO_SOURCE_WORKOUT", _("Nothing to infer")
    FINALIZED_TO_INFERRED_WORKOUT = "FINALIZED_TO_INFERRED_WORKOUT", _("Inferred visit")


NOT_TRAINED = (Status.PENDING, Status.FINALIZED_TO_INFERRED_WORKOUT, Status.SKIPPED_NO_SOURCE_WORKOUT)
"""The states of a day on which the app was opened and, as far as we know, no workout was done."""


class Reason(TextChoices):
    """Why an entrance became what it became."""

    PLANNED_WORKOUT = "planned_workout", _("Copied from the workout planned for that day")
    LAST_WORKOUT = "last_workout", _("Copied from the last completed workout")
    REAL_WORKOUT = "real_workout", _("The patient completed a workout that day")
    FEATURE_OFF = "feature_off", _("The clinic had app entrance tracking off")
    NO_SOURCE = "no_source", _("There was no workout to copy")
    PATIENT_SAID_NO = "patient_said_no", _("The patient answered: not today")


class Answer(TextChoices):
    """What a patient says when asked about the day."""

    DONE = "DONE", _("Done")
    PART = "PART", _("Done in part")
    NOT_TODAY = "NOT_TODAY", _("Not today")


class Logged(TextChoices):
    """What logging a visit came to, on the wire."""

    PENDING = "pending", _("The visit waits for its window to close")
    SETTLED = "settled", _("The day is settled already")
    ALREADY_COMPLETED = "already_completed", _("A workout was completed that day")
    DISABLED = "disabled", _("The clinic does not track visits")
