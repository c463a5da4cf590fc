"""The strip that says what is on its way to the patient, and its steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.queries import feature_on
from console.countdown import Countdown
from console.reader import Reader
from console.viewer.standing import Given, Way, off_words, way_of
from feedback.models import NoteDelivery
from feedback.queries import deliveries_on
from workouts.models import Workout
from workouts.queries import may_write_notes


@dataclass(frozen=True, slots=True)
class Strip:
    """
    What is on its way, a doctor's own notes or those of all doctors; ``hint`` is said while there is nothing.

    ``mark`` is what a browser brings back to be told nothing when there is nothing new.
    """

    ways: list[Way]
    hint: str
    mark: str

    @property
    def spoken(self) -> str:
        """All of it in one breath."""
        lines = [f"{way.whose}: {way.spoken}" if way.whose else way.spoken for way in self.ways]
        return " ".join(lines) or self.hint

    @property
    def due(self) -> bool:
        """Whether there will be news in a moment."""
        return any(way.due for way in self.ways)

    @property
    def countdowns(self) -> list[Countdown]:
        """Every clock that ticks."""
        return [way.countdown for way in self.ways if way.countdown is not None]


def strip_of(reader: Reader, workout: Workout, *, now: datetime) -> Strip:
    """The strip of a session for this reader, in a constant number of queries."""
    on = feature_on(workout.tenant_id, FEEDBACK_NOTIFICATIONS)
    given = Given(workout.patient, reader.person, on, now)
    ways = [way_of(delivery, given) for delivery in deliveries_shown(reader, workout)]
    hint = _hint(workout, on) if not ways and may_write(reader, workout) else ""
    return Strip(ways=ways, hint=hint, mark="-".join([f"{on:d}", *(way.mark for way in ways)]))


def deliveries_shown(reader: Reader, workout: Workout) -> Any:
    """A doctor's own delivery of a session, or every doctor's."""
    rows = deliveries_on(workout)
    return rows.filter(doctor=reader.person) if reader.is_doctor else rows


def delivery_shown(reader: Reader, workout: Workout, delivery_id: str) -> NoteDelivery | None:
    """The one of them with this key, as a form brings it."""
    if not delivery_id.isdecimal() or len(delivery_id) > 18:
        return None
    found: NoteDelivery | None = deliveries_shown(reader, workout).filter(pk=int(delivery_id)).first()
    return found


def may_write(reader: Reader, workout: Workout) -> bool:
    """Whether this reader may write notes on a session they can read."""
    return reader.is_doctor and may_write_notes(doctor=reader.person, workout=workout)


def _hint(workout: Workout, on: bool) -> str:
    if not on:
        return off_words()
    return _(
        "Your notes reach %(name)s some minutes after the last one is saved. "
        "Until then you can change, hold or send them."
    ) % {"name": workout.patient.first_name}
