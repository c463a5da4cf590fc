"""The words shared by everything that offers a time."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class When(TextChoices):
    """The times on offer; days and clocks are the recipient's."""

    IN_1_HOUR = "in_1_hour", _("In 1 hour")
    IN_4_HOURS = "in_4_hours", _("In 4 hours")
    TOMORROW = "tomorrow", _("Tomorrow at 9:00")
    IN_2_DAYS = "in_2_days", _("In 2 days")
    CHOSEN = "chosen", _("At this time")
