"""Reads."""

from collections.abc import Sequence
from uuid import UUID

from followups.models import FollowUpRequest, ProviderReviewRequest
from followups.states import Status


def scheduled_in(conversation_ids: Sequence[UUID]) -> set[UUID]:
    """
    Which of these conversations have a follow-up ahead of them, in one query.

    A follow-up that is still scheduled, or the badge on the conversation's review request, which
    stands until the provider takes it away.
    """
    rows = FollowUpRequest.objects.filter(conversation_id__in=conversation_ids, status=Status.SCHEDULED)
    badges = ProviderReviewRequest.objects.filter(conversation_id__in=conversation_ids, schedule_followup=True)
    both = rows.values_list("conversation_id", flat=True).union(badges.values_list("conversation_id", flat=True))
    return set(both)
