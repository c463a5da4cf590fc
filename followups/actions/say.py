"""Saying something in a followed-up conversation."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from followups.locks import serialise
from followups.models import FollowUpMessage
from followups.rules import SAME_WITHIN

# What makes two messages the same; without a timestamp of its own every message is a new one.
SAME = ("conversation_id", "user_id", "message_content", "is_from_user", "timestamp")


@transaction.atomic
def say(*, tenant_id: int, columns: Mapping[str, Any]) -> FollowUpMessage:
    """
    Write a message of a parent or provider, and return it.

    The same words at the same second in the same conversation within ten minutes are the same
    message: the client repeats what it saw no answer to, and knows no keys. One that names no
    ``timestamp`` cannot be recognised, and is always new.
    """
    given = {"is_from_user": False, **columns}
    if "timestamp" in given:
        same = {name: given[name] for name in SAME}
        serialise("follow-up message", tenant_id, *same.values())
        standing = _standing(tenant_id, same)
        if standing is not None:
            return standing
    return _written(tenant_id, given)


def _standing(tenant_id: int, same: Mapping[str, Any]) -> FollowUpMessage | None:
    """A message of the last ten minutes that says the same; what a delivery wrote is no repetition."""
    recent = FollowUpMessage.objects.filter(
        tenant=tenant_id, follow_up_id=None, created_at__gt=Now() - SAME_WITHIN, **same
    )
    return recent.order_by("created_at", "pk").first()


def _written(tenant_id: int, given: Mapping[str, Any]) -> FollowUpMessage:
    message = FollowUpMessage(tenant_id=tenant_id, **given)
    message.save(force_insert=True)
    return message
