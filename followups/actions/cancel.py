"""Taking promises back."""

from uuid import UUID

from django.db import transaction

from followups.actions.badge import set_badge
from followups.actions.change import NotScheduled
from followups.locks import lock_follow_up, lock_scheduled
from followups.models import FollowUpRequest
from followups.states import Status


@transaction.atomic
def cancel(*, follow_up_id: UUID) -> None:
    """
    Cancel one follow-up; cancelling it again changes nothing.

    Whoever is first wins: a cancellation before the delivery has settled leaves no message behind,
    and one that comes later is refused.

    :raises NotScheduled: when it was sent or has failed.
    """
    follow_up = lock_follow_up(follow_up_id)
    if follow_up.status == Status.CANCELLED:
        return
    if follow_up.status != Status.SCHEDULED:
        raise NotScheduled
    FollowUpRequest.objects.filter(pk=follow_up_id).update(status=Status.CANCELLED)
    if follow_up.tenant_id is not None:
        set_badge(tenant_id=follow_up.tenant_id, conversation_id=follow_up.conversation_id)


@transaction.atomic
def cancel_all(*, tenant_id: int, conversation_id: UUID) -> list[UUID]:
    """
    Cancel whatever is scheduled in a conversation of a clinic, and return which follow-ups that was.

    With what has just come from outside and has not found its clinic yet.
    """
    cancelled = [follow_up.pk for follow_up in lock_scheduled(conversation_id, tenant_id=tenant_id)]
    FollowUpRequest.objects.filter(pk__in=cancelled).update(status=Status.CANCELLED)
    set_badge(tenant_id=tenant_id, conversation_id=conversation_id)
    return cancelled
