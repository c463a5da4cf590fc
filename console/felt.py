"""What a patient said of a session's day as a whole, in a check-in: it belongs to no exercise."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from feedback.queries import felt_that_day
from workouts.models import Workout
from workouts.words import felt_badges, note


@dataclass(frozen=True, slots=True)
class Whole:
    """The pain and the words of the day, as far as there are any."""

    badges: list[Any]
    words: Any


def whole_of(workout: Workout) -> Whole | None:
    """The day of a session that a ``Reader`` brought; None where nothing was said of it."""
    felt = felt_that_day(workout)
    if felt.pain is None and not felt.notes:
        return None
    words = note(felt.notes, by=_("Patient"), kind="patient") if felt.notes else ""
    return Whole(badges=felt_badges(felt.pain), words=words)
