"""What a conversation shows of its follow-ups: whom they reach, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When

from accounts.models import User
from followups.models import FollowUpAttempt, FollowUpRequest
from followups.states import Status
from messaging.models import Conversation
from okta.errors import NotFound

SHOWN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A follow-up and every try to deliver it."""

    follow_up: FollowUpRequest
    attempts: list[FollowUpAttempt] = field(default_factory=list)


def recipient(conversation: Conversation) -> User | None:
    """The patient a follow-up would go to; nobody in a talk among colleagues, or once the patient has left."""
    patient = conversation.patient
    return patient if patient is not None and patient.is_active and patient.archived_at is None else None


def follow_ups_of(conversation: Conversation) -> QuerySet[FollowUpRequest]:
    """The follow-ups of a conversation: its clinic's, and what has come from outside and has not found it yet."""
    ours = Q(tenant=conversation.tenant_id) | Q(tenant=None)
    return FollowUpRequest.objects.filter(ours, conversation_id=conversation.pk).select_related("scheduled_by")


def chosen_follow_ups(conversation: Conversation, ids: Iterable[UUID]) -> list[FollowUpRequest]:
    """
    These follow-ups of a conversation, the first due first.

    :raises NotFound: when one of them is not its own.
    """
    wanted = set(ids)
    found = list(follow_ups_of(conversation).filter(pk__in=wanted).order_by("scheduled_for", "created_at", "pk"))
    if len(found) != len(wanted):
        raise NotFound
    return found


def told_in(conversation: Conversation) -> list[Told]:
    """
    The follow-ups of a conversation, the last due first, each with its attempts, in two queries.

    At most ``SHOWN_AT_ONCE``, and what something can still be done about before the rest: a failed one is
    settled here and nowhere else.
    """
    open_first = Case(When(status__in=[Status.FAILED, Status.SCHEDULED], then=Value(0)), default=Value(1))
    rows = follow_ups_of(conversation).order_by(open_first, "-scheduled_for", "-pk")[:SHOWN_AT_ONCE]
    shown = {row.pk: Told(row) for row in rows}
    for attempt in FollowUpAttempt.objects.filter(follow_up_id__in=shown).order_by("at", "pk"):
        shown[attempt.follow_up_id].attempts.append(attempt)
    return list(shown.values())
