"""A structured card as a page shows it: one shape and one template (``messaging/admin/card.html``) for all pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date

from messaging.models import Message

SessionPage = Callable[[int], str | None]
"""Where a page's readers find the session with this id; None where they do not."""


@dataclass(frozen=True, slots=True)
class Card:
    """
    What a card says, as far as it is of a shape we know; ``key`` stays when the card is replaced.

    The words in it were written by patients and therapists: the template escapes all of them.
    """

    key: str
    date: date | None
    exercises: list[dict[str, Any]]
    session: str | None


def card_of(message: Message, session_page: SessionPage) -> Card | None:
    """The card a message carries; None for plain text, and for what is no feedback."""
    metadata = message.metadata
    if not isinstance(metadata, dict) or not isinstance(metadata.get("exercises"), list):
        return None
    workout_id = metadata.get("workoutId")
    return Card(
        key=message.card_key or str(message.pk),
        date=_date(metadata.get("workoutDate")),
        exercises=[row for row in metadata["exercises"] if isinstance(row, dict)],
        session=session_page(workout_id) if type(workout_id) is int else None,
    )


def _date(text: Any) -> date | None:
    try:
        return parse_date(str(text))
    except ValueError:
        return None
