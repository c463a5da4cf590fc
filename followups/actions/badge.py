"""The badge of a conversation, which the mobile client keeps on its review requests."""

from uuid import UUID

from django.db.models import Exists, Q

from followups.locks import lock_all
from followups.models import FollowUpRequest, ProviderReviewRequest
from followups.states import Status


def set_badge(*, tenant_id: int, conversation_id: UUID) -> None:
    """
    Make the badge say whether anything is scheduled in the conversation, as the client does.

    For what people do at our own interfaces. Delivery never touches the badge: it stays until the
    provider taps it away.
    """
    here = (Q(tenant=tenant_id) | Q(tenant=None)) & Q(conversation_id=conversation_id)
    ahead = FollowUpRequest.objects.filter(here, status=Status.SCHEDULED)
    # In the order of their keys, as the client's own changes take them.
    badged = lock_all(ProviderReviewRequest.objects.filter(here))
    ProviderReviewRequest.objects.filter(pk__in=badged).update(schedule_followup=Exists(ahead))
