"""Where a therapist's notes stand on their way to the patient, as people read it."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.clinic_admin import badge
from feedback.states import DeliveryState

TONES = {
    DeliveryState.WAITING: "blue",
    DeliveryState.HELD: "orange",
    DeliveryState.SENT: "emerald",
    DeliveryState.DEAD: "red",
}


def delivery_badge(state: DeliveryState) -> SafeString:
    """The state of a delivery."""
    return badge(state.label, TONES.get(state, "plain"))


def not_connected_words() -> str:
    """Why notes will not be sent, with places for the names."""
    return _("{doctor} is not connected to {patient} any more: nothing is sent.")
