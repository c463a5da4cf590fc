"""Where a doctor's notes stand on their way to the patient, in words in which a clock may tick."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from console.countdown import Countdown, whole_seconds
from console.words import same_clock, with_theirs
from feedback.models import NoteDelivery
from feedback.queries import state_of, will_not_be_sent
from feedback.states import DeliveryState
from feedback.words import not_connected_words
from okta.clock import local_date
from workouts.words import duration

CLOCK = "{clock}"
STEPS = {
    DeliveryState.WAITING: ("send-now", "hold"),
    DeliveryState.HELD: ("resume", "send-now"),
    DeliveryState.DEAD: ("send-now",),
}
"""What can be done with notes that are owed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is true of all deliveries of a workout."""

    patient: User
    reader: User
    feature_on: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """
    One doctor's notes on their way; ``spoken`` is what ``said`` says, for those who hear it.

    ``countdown`` is how long until time does what is said; None when no clock ticks, which is also so while it
    is ``due``: a worker is about to do it.
    ``whose`` is the doctor's name, unless it is the reader's own. It has ``ended`` where nobody will send it any more.
    """

    delivery: NoteDelivery
    state: DeliveryState
    whose: str
    said: Any
    spoken: str
    countdown: Countdown | None
    due: bool
    ended: bool
    steps: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Another one whenever the page has something else to say than that time has passed."""
        row: Any = self.delivery
        told = (row.pk, row.rev, row.note_count, row.attempts, self.state, self.countdown is not None, self.ended)
        return ".".join(map(str, told))


def way_of(delivery: Any, given: Given) -> Way:
    """The way of a delivery; it must come from ``feedback.queries.deliveries_on``."""
    state = state_of(delivery, feature_on=given.feature_on)
    ended = will_not_be_sent(delivery, feature_on=given.feature_on)
    sentence = not_connected_words() if ended else _sentence(delivery, state, given)
    countdown = Countdown(delivery.pk, delivery.remaining) if CLOCK in sentence else None
    said = sentence + _notes(delivery, state)
    names = {
        "doctor": delivery.doctor.name,
        "patient": given.patient.first_name,
        "when": _sent_at(delivery, given),
    }
    return Way(
        delivery=delivery,
        state=state,
        whose="" if delivery.doctor_id == given.reader.pk else delivery.doctor.name,
        said=format_html(said, clock=countdown.clock if countdown else "", **names),
        spoken=said.format(clock=duration(whole_seconds(countdown.left)) if countdown else "", **names),
        countdown=countdown,
        due=not ended and _is_due(delivery, state),
        ended=ended,
        steps=() if ended or nothing_happens(delivery, state) else STEPS.get(state, ()),
    )


def _sentence(delivery: Any, state: DeliveryState, given: Given) -> str:
    match state:
        case DeliveryState.OFF:
            return off_words()
        case DeliveryState.HELD:
            return _("Held")
        case DeliveryState.DEAD:
            return _again(delivery)
        case DeliveryState.WAITING:
            return _waiting(delivery)
        case DeliveryState.SENT:
            return _("Sent to {patient} at {when}") if _is_plain(delivery, given) else _("Sent to {patient}: {when}")
    if not delivery.note_count:
        return _("There are no notes to send.")
    return _(
        "Not sent: feedback notifications were off, or {doctor} was not connected to {patient}. "
        "The next save sends all notes."
    )


def off_words() -> str:
    """Why nothing is sent where the clinic has the feature off."""
    return _("Feedback notifications are off: the notes are saved and nothing is sent.")


def _waiting(delivery: Any) -> str:
    if nothing_happens(delivery, DeliveryState.WAITING):
        return _("There are no notes to send.")
    if delivery.attempts:
        return _again(delivery)
    if _is_due(delivery, DeliveryState.WAITING):
        return _("Sending to {patient} now")
    if not delivery.note_count:
        return _("All notes are cleared: what {patient} has is taken back in {clock}")
    return _("Sending to {patient} in {clock}")


def _again(delivery: NoteDelivery) -> str:
    """How often it failed; why, tells a therapist nothing they could do, and administrators elsewhere."""
    if _is_due(delivery, DeliveryState.DEAD):
        said = ngettext(
            "Could not be sent in %d attempt. It is tried again now",
            "Could not be sent in %d attempts. It is tried again now",
            delivery.attempts,
        )
    else:
        said = ngettext(
            "Could not be sent in %d attempt. It is tried again in {clock}",
            "Could not be sent in %d attempts. It is tried again in {clock}",
            delivery.attempts,
        )
    return said % delivery.attempts


def _is_due(delivery: Any, state: DeliveryState) -> bool:
    """Whether time has come for what is owed and neither held nor nothing at all."""
    ticks = state in (DeliveryState.WAITING, DeliveryState.DEAD) and not nothing_happens(delivery, state)
    return ticks and bool(delivery.remaining <= timedelta(0))


def nothing_happens(delivery: Any, state: DeliveryState) -> bool:
    """Whether all notes were cleared before the patient had any: what is owed then is nothing."""
    return state == DeliveryState.WAITING and not delivery.note_count and delivery.delivered_rev is None


def _notes(delivery: Any, state: DeliveryState) -> str:
    """How many notes there are, where some of them go or have gone to the patient."""
    if state in (DeliveryState.OFF, DeliveryState.NONE) or not delivery.note_count:
        return ""
    counted: str = ngettext("%d note", "%d notes", delivery.note_count) % delivery.note_count
    return f" · {counted}"


def _sent_at(delivery: NoteDelivery, given: Given) -> str:
    at = delivery.delivered_at
    if at is None:
        return ""
    if _is_plain(delivery, given):
        return date_format(at.astimezone(given.reader.zone), "G:i")
    return with_theirs(at, now=given.now, theirs=given.patient.zone, yours=given.reader.zone)


def _is_plain(delivery: NoteDelivery, given: Given) -> bool:
    """Whether the hour says it all: it was today, and the clocks of both people show the same."""
    at, yours = delivery.delivered_at, given.reader.zone
    today = at is not None and local_date(at, yours) == local_date(given.now, yours)
    return at is not None and today and same_clock(at, given.patient.zone, yours)
