"""Giving a failed follow-up another chance."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from followups.actions.badge import set_badge
from followups.actions.wake_delivery import wake_delivery
from followups.locks import lock_follow_up
from followups.models import FollowUpRequest
from followups.states import Status
from okta.errors import Refusal


class NotFailed(Refusal):
    """There is nothing to try again."""

    code = "not_failed"
    status = 409
    sentence = _("Only a failed follow-up can be tried again.")


@transaction.atomic
def retry(*, follow_up_id: UUID, in_app_only: bool = False) -> FollowUpRequest:
    """
    Schedule a failed follow-up again, with all its attempts; ``in_app_only`` sends no push.

    :raises NotFailed: when it has not failed.
    """
    follow_up = lock_follow_up(follow_up_id)
    if follow_up.status != Status.FAILED:
        raise NotFailed
    FollowUpRequest.objects.filter(pk=follow_up_id).update(
        status=Status.SCHEDULED,
        attempts=0,
        next_attempt_at=None,
        lease=None,
        leased_until=None,
        failed_at=None,
        last_error="",
        in_app_only=in_app_only,
    )
    if follow_up.tenant_id is not None:
        set_badge(tenant_id=follow_up.tenant_id, conversation_id=follow_up.conversation_id)
    wake_delivery(follow_up_id=follow_up_id)
    return FollowUpRequest.objects.select_related("scheduled_by").get(pk=follow_up_id)
