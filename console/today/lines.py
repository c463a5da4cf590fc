"""What today's page says of each thing that needs somebody, in the reader's words and zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.models import User
from accounts.queries import feature_on
from console.conversations.thread import session_page
from console.countdown import Countdown
from console.reader import Reader
from console.words import short_day, with_theirs
from feedback.models import NoteDelivery
from feedback.queries import due_at, state_of, will_not_be_sent
from feedback.states import DeliveryState, ExerciseFlag
from feedback.words import delivery_badge, not_connected_words
from followups.models import FollowUpRequest
from followups.words import failure_in_words, urgency_badge
from messaging.models import Conversation, Message
from messaging.shown import Card, card_of
from okta.clock import local_date
from workouts.words import felt_badges, note

SHORT = 240
EXERCISES = 3


@dataclass(frozen=True, slots=True)
class Felt:
    """What was reported of one exercise, or of the day as a whole, which has no name."""

    name: str
    badges: list[Any]
    words: Any


@dataclass(frozen=True, slots=True)
class Feedback:
    """
    One card nobody has read, its worst exercises first; ``others`` are those there is no room for.

    ``level`` is the colour of the worst, as its badge has it; empty for words alone.
    """

    pk: int
    level: str
    who: str
    session: str
    when: str
    felt: list[Felt]
    others: str
    session_page: str
    thread_page: str


@dataclass(frozen=True, slots=True)
class FailedFollowUp:
    """One follow-up that did not get through."""

    pk: Any
    who: str
    urgency: Any
    when: str
    text: str
    why: str
    by: str
    page: str


@dataclass(frozen=True, slots=True)
class NotesOnTheirWay:
    """The notes of a doctor on one session; without a countdown, time alone will not send them, as ``state`` says."""

    pk: int
    who: str
    session: str
    notes: str
    state: Any
    countdown: Countdown | None
    held: str
    failing: bool
    by: str
    page: str


def feedback_lines(reader: Reader, cards: Sequence[Message], *, now: datetime) -> list[Feedback]:
    """
    What patients reported, each card with the zone its patient lives in.

    A card whose conversation the reader has lost since it was found, as when a care link ends, is left out.
    """
    threads = reader.conversations().in_bulk([card.conversation_id for card in cards])
    found = ((card, threads.get(card.conversation_id)) for card in cards)
    return [_feedback(reader, card, thread, now) for card, thread in found if thread is not None]


def _feedback(reader: Reader, message: Message, thread: Conversation, now: datetime) -> Feedback:
    patient, card = thread.patient or message.sender, card_of(message, session_page)
    worst = sorted(card.exercises if card is not None else (), key=_how_bad)
    others = len(worst) - EXERCISES
    return Feedback(
        pk=message.pk,
        level=_level(worst),
        who=patient.name,
        session=_session(reader, card, now),
        when=with_theirs(message.created_at, now=now, yours=reader.person.zone, theirs=patient.zone),
        felt=[_felt(row) for row in worst[:EXERCISES]],
        others=ngettext("and %d more exercise", "and %d more exercises", others) % others if others > 0 else "",
        session_page=card.session or "" if card is not None else "",
        thread_page=reverse("console:conversation", args=[message.conversation_id]),
    )


def _session(reader: Reader, card: Card | None, now: datetime) -> str:
    if card is None or card.date is None:
        return ""
    day = short_day(card.date, today=local_date(now, reader.person.zone))
    without = _("About %(day)s, without a session") % {"day": day}
    return _("Session of %(day)s") % {"day": day} if card.session else without


def _how_bad(row: dict[str, Any]) -> tuple[int, int]:
    """For sorting: the highest pain first, then the highest exertion, as far as they were flagged."""
    return -_flagged(row, ExerciseFlag.PAIN), -_flagged(row, ExerciseFlag.EXERTION)


def _flagged(row: dict[str, Any], flag: ExerciseFlag) -> int:
    return row.get(flag) or 0 if flag in _flags(row) else 0


def _flags(row: dict[str, Any]) -> list[str]:
    return row.get("flags") or []


def _level(worst: Sequence[dict[str, Any]]) -> str:
    flags = {flag for row in worst for flag in _flags(row)}
    return "red" if ExerciseFlag.PAIN in flags else "orange" if ExerciseFlag.EXERTION in flags else ""


def _felt(row: dict[str, Any]) -> Felt:
    words = Truncator(row.get("patientNotes") or "").chars(SHORT)
    return Felt(
        name=row.get("exerciseName") or _("The day as a whole"),
        badges=felt_badges(row.get("pain"), row.get("exertion")),
        words=note(words, by=_("Patient"), kind="patient") if words else "",
    )


def follow_up_lines(reader: Reader, failed: Sequence[FollowUpRequest], *, now: datetime) -> list[FailedFollowUp]:
    """What could not be delivered; its conversation's page has the button to try again."""
    named = [row.conversation_id for row in failed]
    threads = reader.conversations().in_bulk(named)
    return [_follow_up(reader, row, threads.get(row.conversation_id), now) for row in failed]


def _follow_up(reader: Reader, row: FollowUpRequest, thread: Conversation | None, now: datetime) -> FailedFollowUp:
    patient = thread.patient if thread is not None else None
    theirs = patient.zone if patient is not None else reader.person.zone
    return FailedFollowUp(
        pk=row.pk,
        who=patient.name if patient is not None else row.child_name or row.user_id,
        urgency=urgency_badge(row.urgency),
        when=with_theirs(row.scheduled_for, now=now, yours=reader.person.zone, theirs=theirs),
        text=Truncator(row.display_text).chars(SHORT),
        why=failure_in_words(row.last_error),
        by=_other(reader, row.scheduled_by),
        page=_follow_up_page(row, thread),
    )


def _follow_up_page(row: FollowUpRequest, thread: Conversation | None) -> str:
    """A conversation of the mobile client alone has no page of ours: the row itself has one."""
    if thread is None:
        return reverse("admin:followups_followuprequest_change", args=[row.pk])
    return f"{reverse('console:conversation', args=[thread.pk])}#follow-up-{row.pk}"


def note_lines(reader: Reader, deliveries: Sequence[NoteDelivery], *, now: datetime) -> list[NotesOnTheirWay]:
    """What patients do not have yet."""
    sent_at_all = feature_on(reader.clinic.pk, FEEDBACK_NOTIFICATIONS)
    return [_notes(reader, delivery, sent_at_all, now) for delivery in deliveries]


def _notes(reader: Reader, delivery: Any, sent_at_all: bool, now: datetime) -> NotesOnTheirWay:
    workout, yours, count = delivery.workout, reader.person.zone, delivery.note_count
    ended = will_not_be_sent(delivery, feature_on=sent_at_all)
    state = DeliveryState.NONE if ended else state_of(delivery, feature_on=sent_at_all)
    due = None if ended else due_at(delivery, feature_on=sent_at_all)
    day = short_day(workout.day, today=local_date(now, yours))
    held = with_theirs(delivery.held_at, now=now, yours=yours, theirs=yours) if state == DeliveryState.HELD else ""
    return NotesOnTheirWay(
        pk=delivery.pk,
        who=workout.patient.name,
        session=_("Session of %(day)s") % {"day": day},
        notes=ngettext("%d note", "%d notes", count) % count if count else _("all notes were cleared"),
        state=_not_connected(delivery) if ended else delivery_badge(state),
        countdown=Countdown(delivery.pk, delivery.remaining) if due is not None else None,
        held=_("Held since %(time)s") % {"time": held} if held else "",
        failing=state == DeliveryState.DEAD,
        by=_other(reader, delivery.doctor),
        page=session_page(workout.pk) or "",
    )


def _not_connected(delivery: NoteDelivery) -> str:
    doctor, patient = delivery.doctor, delivery.workout.patient
    return not_connected_words().format(doctor=doctor.name, patient=patient.first_name)


def _other(reader: Reader, doctor: User | None) -> str:
    """The doctor's name, where the reader is somebody else."""
    return doctor.name if doctor is not None and doctor.pk != reader.person.pk else ""
