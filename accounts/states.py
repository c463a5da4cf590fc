"""The words shared by everything that speaks of people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UserType(TextChoices):
    """What a person is to the clinic; a therapist is a ``DOCTOR``."""

    PATIENT = "PATIENT", _("Patient")
    DOCTOR = "DOCTOR", _("Doctor")
    ADMIN = "ADMIN", _("Clinic administrator")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
