"""The words shared by everything that tells people something."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NotificationType(TextChoices):
    PATIENT_FEEDBACK = "PATIENT_FEEDBACK", _("Patient's feedback")
    DOCTOR_FEEDBACK = "DOCTOR_FEEDBACK", _("Therapist's notes")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up")
    ADMIN_ALERT = "ADMIN_ALERT", _("Alert")


class Platform(TextChoices):
    """The push service a device is reached through."""

    EXPO = "EXPO", "Expo"
    FCM = "FCM", "Firebase Cloud Messaging"
    APNS = "APNS", "Apple Push Notification service"
    WEBPUSH = "WEBPUSH", "Web Push"
    SMS = "SMS", "SMS"


class PushStatus(TextChoices):
    PENDING = "PENDING", _("Pending")
    SENT = "SENT", _("Accepted by the provider")
    DELIVERED = "DELIVERED", _("Delivered")
    FAILED = "FAILED", _("Failed")


class Unsendable(TextChoices):
    """Why a push is not even offered to its service."""

    NOT_THEIRS = "the device belongs to somebody else now", _("the device belongs to somebody else now")
    RETIRED = "the device is retired", _("the device takes no notifications from the app any more")
    SHUT_OUT = "the recipient may not sign in any more", _("the recipient may not sign in any more")
    OPTED_OUT = "the number has opted out", _("the number has opted out of text messages")


NO_TRANSPORT: Final = "this installation has no transport for "
"""The same for all pushes of a service, which is named behind it."""
