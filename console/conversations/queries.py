"""What the pages show of conversations: who, what was said last, and what is still to be said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.models import User
from followups.models import FollowUpAttempt, FollowUpRequest, ProviderReviewRequest
from followups.states import Status
from messaging.models import Conversation
from okta.errors import NotFound

SHOWN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a conversation has ahead of it: the next follow-up, if its time is known, and how many there are."""

    upcoming: datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """A follow-up and every try to deliver it."""

    follow_up: FollowUpRequest
    attempts: list[FollowUpAttempt] = field(default_factory=list)


def with_follow_up(conversations: QuerySet[Any]) -> QuerySet[Any]:
    """Those that have a follow-up ahead, in the sense of ``followups.queries.scheduled_in``."""
    here = Q(conversation_id=OuterRef("pk")) & (Q(tenant=OuterRef("tenant")) | Q(tenant=None))
    scheduled = FollowUpRequest.objects.filter(here, status=Status.SCHEDULED)
    badge = ProviderReviewRequest.objects.filter(here, schedule_followup=True)
    return conversations.filter(Exists(scheduled) | Exists(badge))


def ahead_in(conversations: Sequence[Conversation]) -> dict[UUID, Ahead]:
    """
    What is ahead in each conversation that has something ahead, in two queries however many they are.

    As in ``followups.queries.scheduled_in``, but for conversations of several clinics: what has just
    arrived from outside counts before it has found its clinic.
    """
    clinics = {conversation.pk: conversation.tenant_id for conversation in conversations}
    badges = ProviderReviewRequest.objects.filter(conversation_id__in=clinics, schedule_followup=True)
    rows = FollowUpRequest.objects.filter(conversation_id__in=clinics, status=Status.SCHEDULED).order_by()
    ahead = {
        pk: Ahead(None, 0)
        for pk, clinic in badges.values_list("conversation_id", "tenant")
        if pk is not None and clinic in (None, clinics[pk])
    }
    grouped = rows.values_list("conversation_id", "tenant").annotate(upcoming=Min("scheduled_for"), count=Count("pk"))
    for pk, clinic, upcoming, count in grouped:
        if clinic in (None, clinics[pk]):
            known = ahead.get(pk, Ahead(None, 0))
            ahead[pk] = Ahead(min(upcoming, known.upcoming or upcoming), known.count + count)
    return ahead


def recipient(conversation: Conversation) -> User | None:
    """The patient a follow-up would go to; nobody in a talk among colleagues, or once the patient has left."""
    patient = conversation.patient
    return patient if patient is not None and patient.is_active and patient.archived_at is None else None


def follow_ups_of(conversation: Conversation) -> QuerySet[FollowUpRequest]:
    """The follow-ups of a conversation that belong to its clinic."""
    return FollowUpRequest.objects.filter(tenant=conversation.tenant_id, conversation_id=conversation.pk)


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
    """The follow-ups of a conversation, the last due first, each with its attempts, in two queries."""
    rows = follow_ups_of(conversation).select_related("scheduled_by").order_by("-scheduled_for", "-pk")[:SHOWN_AT_ONCE]
    shown = {row.pk: Told(row) for row in rows}
    for attempt in FollowUpAttempt.objects.filter(follow_up_id__in=shown).order_by("at", "pk"):
        shown[attempt.follow_up_id].attempts.append(attempt)
    return list(shown.values())
