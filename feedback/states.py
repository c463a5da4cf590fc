"""The words shared by everything that speaks of feedback."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """Where the notes of one doctor on one workout stand on their way to the patient."""

    WAITING = "waiting", _("Waiting for the quiet period")
    HELD = "held", _("Held by the therapist")
    SENT = "sent", _("Sent")
    OFF = "off", _("Feedback notifications are off")
    DEAD = "dead", _("Failing")
    NONE = "none", _("Nothing to send")


class ExerciseFlag(TextChoices):
    """Why an exercise is worth a therapist's attention."""

    PAIN = "pain", _("High pain")
    EXERTION = "exertion", _("High exertion")
    NOTES = "notes", _("Comment")
