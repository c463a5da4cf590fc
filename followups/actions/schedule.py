"""Promising a message to a parent."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from followups.actions.badge import set_badge
from followups.actions.wake_delivery import wake_delivery
from followups.locks import serialise
from followups.models import FollowUpRequest
from followups.queries import same_promise


@transaction.atomic
def schedule(
    *, tenant_id: int, columns: Mapping[str, Any], scheduled_by: User | None = None
) -> tuple[FollowUpRequest, bool]:
    """
    Promise what ``columns`` say, and return the follow-up and whether it is new.

    The same text for the same instant in the same conversation within ten minutes is the same
    follow-up, unless it was cancelled or failed: the client repeats what it saw no answer to, and
    knows no keys. A time that has passed is sent at once. ``scheduled_by`` is a provider of ours, in
    whose name it will be said; the badge of the conversation then follows.
    """
    serialise("follow-up", tenant_id, columns["conversation_id"], columns["scheduled_for"], columns["display_text"])
    standing = same_promise(tenant_id=tenant_id, columns=columns)
    if standing is not None:
        return standing, False
    follow_up = FollowUpRequest(tenant_id=tenant_id, scheduled_by=scheduled_by, **columns)
    follow_up.save(force_insert=True)
    follow_up.refresh_from_db()
    if scheduled_by is not None:
        set_badge(tenant_id=tenant_id, conversation_id=follow_up.conversation_id)
    wake_delivery(follow_up_id=follow_up.pk)
    return follow_up, True
