"""Changing a promise before it is kept."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from followups.actions.wake_delivery import wake_delivery
from followups.locks import lock_follow_up
from followups.models import FollowUpRequest
from followups.states import Status
from okta.errors import Refusal


class NotScheduled(Refusal):
    """The follow-up was sent, has failed or was cancelled."""

    code = "not_scheduled"
    status = 409
    sentence = _("This follow-up is not scheduled any more.")


@transaction.atomic
def change(*, follow_up_id: UUID, columns: Mapping[str, Any]) -> FollowUpRequest:
    """
    Give a scheduled follow-up these values, and return it; its attempts start anew.

    A delivery under way loses its hold: what it says no longer becomes a message.

    :raises NotScheduled: when it is too late.
    """
    if lock_follow_up(follow_up_id).status != Status.SCHEDULED:
        raise NotScheduled
    FollowUpRequest.objects.filter(pk=follow_up_id).update(
        **columns, lease=None, leased_until=None, next_attempt_at=None, attempts=0, last_error=""
    )
    wake_delivery(follow_up_id=follow_up_id)
    return FollowUpRequest.objects.select_related("scheduled_by").get(pk=follow_up_id)
