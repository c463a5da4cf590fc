"""The words shared by everything that speaks of monitoring."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Grade(TextChoices):
    """What a day's evidence is worth, the strongest first; only therapeutic evidence counts."""

    THERAPEUTIC = "therapeutic", _("Therapeutic")
    COMMUNICATION = "communication", _("Communication")
    ACCESS = "access", _("Access")
    INFERRED = "inferred", _("Inferred")


class DayReason(TextChoices):
    """Why a day counts, or does not."""

    ENTERED = "entered", _("counted: the patient entered data")
    ONLY_MESSAGES = "only_messages", _("excluded: messages only, no data about the exercises")
    NOTHING_ENTERED = "nothing_entered", _("excluded: the app was used, but no value was entered")
    INFERRED = "inferred", _("excluded: inferred from an app visit, not reported by the patient")


class EpisodeReason(TextChoices):
    """Why the set-up code is proposed, or is not."""

    REACHED = "reached", _("enough days of data in one window")
    TOO_FEW_DAYS = "too_few_days", _("not enough days of data in any window yet")
    NO_DATA = "no_data", _("no day of data yet")


class WindowReason(TextChoices):
    """Why a window supports its code, or none."""

    REACHED = "reached", _("enough days of data for this code")
    REACHED_SO_FAR = "reached_so_far", _("enough days of data for this code so far; the window is still open")
    TOO_FEW_DAYS = "too_few_days", _("fewer days of data than any code needs")
    TOO_FEW_SO_FAR = "too_few_so_far", _("fewer days of data than any code needs so far; the window is still open")
    NO_RULES = "no_rules", _("no rules were in force yet")


class MonthReason(TextChoices):
    """Why a month supports its codes, or none."""

    REACHED = "reached", _("enough management time, and live contact")
    NO_TIME = "no_time", _("no management time was recorded")
    TOO_SHORT = "too_short", _("less management time than any code needs")
    NO_LIVE_CONTACT = "no_live_contact", _("no live contact with the patient in this month")
    NO_RULES = "no_rules", _("no rules were in force yet")
