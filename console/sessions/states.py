"""The words of the table: which sessions, and how much of each."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Which sessions are shown."""

    DONE = "", _("All that were done")
    REAL = "real", _("Reported by the patient")
    INFERRED = "inferred", _("Inferred from app visits")
    PLANNED = "planned", _("Planned")


class Width(TextChoices):
    """How much of each."""

    COMPACT = "", _("Compact")
    EXPANDED = "expanded", _("Expanded")
