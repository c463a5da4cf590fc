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
        standing = FollowUpMessage.objects.filter(
            tenant=tenant_id, follow_up_id=None, created_at__gt=Now() - SAME_WITHIN, **same
        )
        for message in standing.order_by("created_at", "pk")[:1]:
            return message
    message = FollowUpMessage(tenant_id=tenant_id, **given)
    message.save(force_insert=True)
    return message
