"""What was said in a conversation, as its reader sees it: bubbles and cards under their days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clinic_admin import badge
from accounts.models import User
from console.words import place, same_clock
from followups.states import Urgency
from followups.words import urgency_badge
from messaging.models import Conversation, Message
from messaging.queries import messages_before
from messaging.shown import Card, card_of
from messaging.states import MessageType


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the reader's, and what the patient's clock shows then; ``key`` tells one from another."""

    key: str
    said: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message: its time by the reader's clock, and what stands above it."""

    message: Message
    mine: bool
    time: str
    badges: list[Any]
    heading: str
    card: Card | None
    day: Day | None
    first_new: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A stretch of a conversation, the oldest message first; without a ``position`` the reader takes no part."""

    said: list[Said]
    earlier: int | None
    newest: int
    position: int | None


def talk_of(conversation: Conversation, *, reader: User, position: int | None, before: int | None) -> Talk:
    """The newest messages, or the newest before the ``seq`` in ``before``, in one query."""
    found = messages_before(conversation, before)
    messages = found.messages[::-1]
    return Talk(
        said=told(messages, conversation, reader=reader, unread_from=position),
        earlier=found.earlier,
        newest=messages[-1].seq if messages else 0,
        position=position,
    )


def told(
    messages: Sequence[Message], conversation: Conversation, *, reader: User, unread_from: int | None
) -> list[Said]:
    """
    The messages under their days; the first of others after ``unread_from`` begins what is new.

    A day is marked afresh where a clock is put forward or back in it: the patient's differs by another
    while from there on.
    """
    theirs = conversation.patient.zone if conversation.patient is not None else reader.zone
    shown: list[Said] = []
    last_key, new_begun = "", unread_from is None
    for message in messages:
        mine = message.sender_id == reader.pk
        day = day_of(message.created_at, theirs=theirs, yours=reader.zone)
        first_new = not new_begun and not mine and message.seq > (unread_from or 0)
        new_begun = new_begun or first_new
        shown.append(_said(message, reader, mine, day if day.key != last_key else None, first_new))
        last_key = day.key
    return shown


def _said(message: Message, reader: User, mine: bool, day: Day | None, first_new: bool) -> Said:
    return Said(
        message=message,
        mine=mine,
        time=date_format(message.created_at.astimezone(reader.zone), "G:i"),
        badges=_badges(message),
        heading=heading_of(message),
        card=card_of(message, session_page),
        day=day,
        first_new=first_new,
    )


def day_of(instant: datetime, *, theirs: ZoneInfo, yours: ZoneInfo) -> Day:
    """
    The reader's day of ``instant``, and where the patient's clock differs, what it shows at that time.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 4, 8, 12, tzinfo=UTC)
    >>> day_of(noon, theirs=ZoneInfo("America/New_York"), yours=ZoneInfo("Europe/Berlin")).elsewhere
    '14:00 for you is 8:00 in New York'
    """
    here, there = instant.astimezone(yours), instant.astimezone(theirs)
    apart = (here.replace(tzinfo=None) - there.replace(tzinfo=None)).total_seconds()
    elsewhere = ""
    if not same_clock(instant, theirs, yours):
        clock = date_format(there, "G:i")
        elsewhere = _("%(yours)s for you is %(theirs)s in %(place)s") % {
            "yours": date_format(here, "G:i"),
            "theirs": clock if here.date() == there.date() else f"{date_format(there, 'D j E')}, {clock}",
            "place": place(theirs),
        }
    return Day(key=f"{here.date()} {apart:.0f}", said=date_format(here, "l j E Y"), elsewhere=elsewhere)


def heading_of(message: Message) -> str:
    """
    What a message says in a line.

    The words of a therapist's card are for the patient, and in the patient's language: it is called by its kind.
    """
    return message.get_type_display() if message.type == MessageType.DOCTOR_FEEDBACK_NOTE else message.content


def _badges(message: Message) -> list[Any]:
    """That a message is a follow-up, and whether an urgent one; cards say themselves what they are."""
    if message.type != MessageType.FOLLOW_UP:
        return []
    urgent = isinstance(message.metadata, dict) and message.metadata.get("urgency") == Urgency.URGENT
    return [badge(message.get_type_display(), "blue"), *([urgency_badge(Urgency.URGENT)] if urgent else [])]


def session_page(workout_id: int) -> str | None:
    """The page of a session in the console."""
    try:
        return reverse("console:session", args=[workout_id])
    except NoReverseMatch:
        return None
