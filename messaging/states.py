"""The words shared by everything that speaks of conversations."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConversationType(TextChoices):
    ONE_ON_ONE = "ONE_ON_ONE", _("One on one")
    GROUP = "GROUP", _("Group")


class MessageType(TextChoices):
    TEXT = "TEXT", _("Text")
    PATIENT_FEEDBACK_SUMMARY = "PATIENT_FEEDBACK_SUMMARY", _("Patient's feedback")
    DOCTOR_FEEDBACK_NOTE = "DOCTOR_FEEDBACK_NOTE", _("Therapist's notes")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up")
