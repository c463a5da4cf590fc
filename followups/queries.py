"""Reads, and guarded doors to follow-ups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Now

from accounts.models import User
from followups.models import FollowUpRequest, ProviderReviewRequest
from followups.rules import SAME_WITHIN
from followups.states import Status
from messaging.models import Conversation
from messaging.queries import visible_conversations
from okta.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a conversation has ahead of it: the next follow-up, if its time is known, and how many there are."""

    upcoming: datetime | None
    count: int


def scheduled_in(conversation_ids: Sequence[UUID], *, tenant_id: int | None) -> set[UUID]:
    """
    Which of these conversations of a clinic have a follow-up ahead of them, in one query.

    A follow-up that is still scheduled, or the badge on the conversation's review request, which
    stands until the provider takes it away. Rows from outside count before they have found their clinic.
    """
    here = Q(conversation_id__in=conversation_ids) & (Q(tenant=tenant_id) | Q(tenant=None))
    rows = FollowUpRequest.objects.filter(here, status=Status.SCHEDULED)
    badges = ProviderReviewRequest.objects.filter(here, schedule_followup=True)
    both = rows.values_list("conversation_id", flat=True).union(badges.values_list("conversation_id", flat=True))
    return set(both)


def with_follow_up(conversations: QuerySet[Any]) -> QuerySet[Any]:
    """Those that have a follow-up ahead, in the sense of ``scheduled_in``."""
    here = Q(conversation_id=OuterRef("pk")) & (Q(tenant=OuterRef("tenant")) | Q(tenant=None))
    scheduled = FollowUpRequest.objects.filter(here, status=Status.SCHEDULED)
    badge = ProviderReviewRequest.objects.filter(here, schedule_followup=True)
    return conversations.filter(Exists(scheduled) | Exists(badge))


def ahead_in(conversations: Sequence[Conversation]) -> dict[UUID, Ahead]:
    """
    What is ahead in each conversation that has something ahead, in two queries however many they are.

    As in ``scheduled_in``, but for conversations of several clinics: what has just
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


def oldest_due() -> timedelta | None:
    """How long the longest due follow-up has been due on the database's clock, whatever holds it up."""
    oldest = FollowUpRequest.objects.filter(status=Status.SCHEDULED, scheduled_for__lte=Now()).order_by(
        "scheduled_for", "created_at", "pk"
    )
    late = ExpressionWrapper(Now() - F("scheduled_for"), output_field=DurationField())
    found: timedelta | None = oldest.annotate(late=late).values_list("late", flat=True).first()
    return found


def follow_ups_until(at: datetime) -> QuerySet[FollowUpRequest]:
    """What is scheduled and would have its next attempt by ``at``, its ``due_at``, with its clinic."""
    ahead = FollowUpRequest.objects.filter(status=Status.SCHEDULED).select_related("tenant")
    return ahead.annotate(due_at=Greatest("scheduled_for", "next_attempt_at")).filter(due_at__lte=at)


def same_promise(*, tenant_id: int, columns: Mapping[str, Any]) -> FollowUpRequest | None:
    """A follow-up of the last ten minutes that says the same at the same instant, and still stands."""
    return (
        FollowUpRequest.objects.filter(
            tenant=tenant_id,
            conversation_id=columns["conversation_id"],
            display_text=columns["display_text"],
            scheduled_for=columns["scheduled_for"],
            created_at__gt=Now() - SAME_WITHIN,
        )
        .exclude(status__in=[Status.CANCELLED, Status.FAILED])
        .order_by("created_at", "pk")
        .first()
    )


def follow_ups_seen_by(user: User) -> QuerySet[FollowUpRequest]:
    """The follow-ups of the conversations that a provider takes part in and may see."""
    conversations = visible_conversations(user).values("pk")
    return FollowUpRequest.objects.filter(tenant=user.tenant_id, conversation_id__in=conversations)


def follow_up_of(*, user: User, follow_up_id: UUID) -> FollowUpRequest:
    """
    A follow-up, for a provider who takes part in its conversation.

    :raises NotFound: for anybody else.
    """
    found = follow_ups_seen_by(user).select_related("scheduled_by").filter(pk=follow_up_id).first()
    if found is None:
        raise NotFound
    return found


def own_follow_up_of(*, user: User, follow_up_id: UUID) -> FollowUpRequest:
    """
    A follow-up whose words a provider may change: their own, or one that no provider of ours wrote.

    :raises NotFound: when they do not see it.
    :raises Forbidden: when it speaks in a colleague's name.
    """
    found = follow_up_of(user=user, follow_up_id=follow_up_id)
    if found.scheduled_by_id not in (None, user.pk):
        raise Forbidden
    return found
