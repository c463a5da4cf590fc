"""Promising again what was just cancelled."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from followups.actions.badge import set_badge
from followups.actions.schedule import schedule
from followups.models import FollowUpRequest
from followups.states import Status

KEPT = (
    "conversation_id", "user_id", "scheduled_for", "urgency", "display_text", "original_message", "child_name",
    "child_age", "device_token", "follow_up_days", "follow_up_hours", "follow_up_minutes", "unverified", "in_app_only",
)  # fmt: skip


@transaction.atomic
def restore(*, tenant_id: int, conversation_id: UUID, follow_ups: Sequence[FollowUpRequest]) -> list[FollowUpRequest]:
    """
    Schedule the cancelled ones among these follow-ups again, in whoever's name they were; return the new ones.

    What was cancelled stays so: the new rows say the same at the same time, or at once if it has passed.
    """
    again = []
    for row in follow_ups:
        if row.status == Status.CANCELLED:
            columns = {name: getattr(row, name) for name in KEPT}
            new, _ = schedule(tenant_id=tenant_id, columns=columns, scheduled_by=row.scheduled_by)
            again.append(new)
    set_badge(tenant_id=tenant_id, conversation_id=conversation_id)
    return again
