"""A conversation's follow-ups in words: what was promised, what became of it, and every try."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from console.conversations.queries import recipient, told_in
from console.words import in_both
from followups.models import FollowUpAttempt, FollowUpRequest
from followups.states import Status
from followups.words import failure_in_words, outcome_badge, status_badge, urgency_badge
from messaging.models import Conversation


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: what the service said, and how bad that is."""

    attempt: FollowUpAttempt
    outcome: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A follow-up as its conversation shows it."""

    follow_up: FollowUpRequest
    when: str
    status: Any
    urgency: Any
    reason: str
    can_cancel: bool
    can_retry: bool
    tries: list[Try]


def told_lines(conversation: Conversation, *, reader: User, now: datetime) -> list[Line]:
    """The follow-ups of a conversation, the last due first; times in the recipient's and the reader's zone."""
    patient = recipient(conversation) or conversation.patient or reader
    return [
        Line(
            follow_up=told.follow_up,
            when=in_both(told.follow_up.scheduled_for, now=now, theirs=patient.zone, yours=reader.zone),
            status=status_badge(told.follow_up.status),
            urgency=urgency_badge(told.follow_up.urgency),
            reason=failure_in_words(told.follow_up.last_error) if told.follow_up.last_error else "",
            can_cancel=told.follow_up.status == Status.SCHEDULED,
            can_retry=told.follow_up.status == Status.FAILED,
            tries=[Try(attempt, outcome_badge(attempt.outcome)) for attempt in told.attempts],
        )
        for told in told_in(conversation)
    ]
