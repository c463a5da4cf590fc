"""The words shared by everything that speaks of follow-ups, spelled as the mobile contract spells them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What became of a promise; a status that is not listed here is somebody else's, and left alone."""

    SCHEDULED = "scheduled", _("Scheduled")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Urgency(TextChoices):
    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")


class Channel(TextChoices):
    """The way one attempt took; the push services are called as ``notifications.states.Platform`` calls them."""

    IN_APP = "IN_APP", _("In the app")
    EXPO = "EXPO", "Expo"
    FCM = "FCM", "Firebase Cloud Messaging"
    APNS = "APNS", "Apple Push Notification service"
    WEBPUSH = "WEBPUSH", "Web Push"
    SMS = "SMS", "SMS"
    NONE = "NONE", _("None")


class Outcome(TextChoices):
    """What came of one attempt on one channel."""

    ACCEPTED = "ACCEPTED", _("Accepted")
    REFUSED = "REFUSED", _("Refused for good")
    TRY_AGAIN = "TRY_AGAIN", _("Refused for now")
    DOWN = "DOWN", _("Service not reachable")
    ERROR = "ERROR", _("Our own error")
    LOST = "LOST", _("The worker died")
