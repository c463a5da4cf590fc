"""Conversations as the pages show them: in the reader's words and zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from console.conversations.forms import LOCAL, ScheduleForm
from console.conversations.queries import recipient
from console.conversations.rules import FARTHEST, offered
from console.conversations.states import When
from console.conversations.thread import heading_of
from console.words import day_and_time, in_both, place
from followups.queries import Ahead, ahead_in
from messaging.models import Conversation
from messaging.queries import Thread, threads

SHORT = 120


@dataclass(frozen=True, slots=True)
class Button:
    """A time on offer, and when that is."""

    when: When
    said: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The form of one conversation, with everything it says about time."""

    form: ScheduleForm
    recipient: User
    place: str
    buttons: list[Button]
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list; without an ``offer`` the reader can promise nothing in it."""

    conversation: Conversation
    who: str
    last_message: Any
    last_words: str
    unread: int
    unread_words: str
    badge: str
    cancelling: str
    offer: Offer | None


def rows_of(
    conversations: Sequence[Conversation],
    *,
    reader: User,
    now: datetime,
    wrong: tuple[UUID, ScheduleForm] | None = None,
) -> list[Row]:
    """
    The conversations as the list shows them, in a constant number of queries.

    ``wrong`` is a form that was sent and has errors, after the conversation it is about.
    """
    ahead, forms = ahead_in(conversations), dict([wrong] if wrong else [])
    return [
        _row(
            thread,
            ahead.get(thread.conversation.pk),
            offer_in(thread, reader=reader, now=now, form=forms.get(thread.conversation.pk)),
            reader=reader,
            now=now,
        )
        for thread in threads(user=reader, conversations=conversations)
    ]


def _row(thread: Thread, ahead: Ahead | None, offer: Offer | None, *, reader: User, now: datetime) -> Row:
    conversation, last = thread.conversation, thread.last_message
    names = ", ".join(sorted(person.name for person in thread.people))
    return Row(
        conversation=conversation,
        who=names if conversation.title in ("", names) else f"{conversation.title}: {names}",
        last_message=last,
        last_words=Truncator(heading_of(last)).chars(SHORT) if last is not None else "",
        unread=thread.unread_count,
        unread_words=ngettext("%d unread", "%d unread", thread.unread_count) % thread.unread_count,
        badge=badge_words(ahead, reader=reader, now=now),
        cancelling=cancelling(ahead),
        offer=offer,
    )


def badge_words(ahead: Ahead | None, *, reader: User, now: datetime) -> str:
    """
    What the blue badge of a conversation says: the next follow-up, and how many come after it; or nothing.

    Without a time the badge stands for itself: the mobile client set it and never took it away.
    """
    if ahead is None:
        return ""
    if ahead.upcoming is None:
        return _("Follow-up")
    when = day_and_time(ahead.upcoming, now=now, zone=reader.zone) if ahead.upcoming > now else _("due now")
    said = _("Follow-up %(when)s") % {"when": when}
    return f"{said} +{ahead.count - 1}" if ahead.count > 1 else said


def cancelling(ahead: Ahead | None) -> str:
    """What tapping the badge does."""
    count = ahead.count if ahead is not None else 0
    return ngettext("Cancel %d follow-up", "Cancel %d follow-ups", count) % count if count > 1 else _("Cancel")


def offer_in(thread: Thread, *, reader: User, now: datetime, form: ScheduleForm | None = None) -> Offer | None:
    """
    What can be scheduled in a conversation, by those who take part in it: a follow-up is said in their name.

    ``form`` is the one that was sent and has errors.
    """
    patient = recipient(thread.conversation)
    if patient is None or reader not in thread.people:
        return None
    here = now.astimezone(patient.zone)
    return Offer(
        form=form or ScheduleForm(now=now, recipient=patient),
        recipient=patient,
        place=place(patient.zone),
        buttons=_buttons(patient.zone, reader.zone, now),
        earliest=(here + timedelta(minutes=1)).strftime(LOCAL),
        latest=(here + FARTHEST).strftime(LOCAL),
    )


def _buttons(theirs: ZoneInfo, yours: ZoneInfo, now: datetime) -> list[Button]:
    return [
        Button(when, in_both(offered(when, now=now, zone=theirs), now=now, theirs=theirs, yours=yours))
        for when in When
        if when != When.CHOSEN
    ]
