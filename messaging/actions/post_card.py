"""Structured cards: at most one per thing they are about."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from messaging.locks import take_seq
from messaging.models import Message
from messaging.states import MessageType


@transaction.atomic
def post_card(
    *,
    conversation_id: UUID,
    sender: User,
    type: MessageType,  # noqa: A002  the wire's own word
    card_key: str,
    content: str,
    metadata: dict[str, Any],
) -> Message:
    """
    Post the card ``card_key`` names; ``content`` is what a client shows that does not know the type.

    :raises IntegrityError: when a card of this key stands, anywhere.
    """
    message = Message(
        conversation_id=conversation_id,
        seq=take_seq(conversation_id),
        type=type,
        sender=sender,
        card_key=card_key,
        content=content,
        metadata=metadata,
    )
    message.save(force_insert=True)
    return message


def remove_card(*, card_key: str) -> bool:
    """Delete the card ``card_key`` names; False when there is none."""
    deleted, _ = Message.objects.filter(card_key=card_key).delete()
    return deleted > 0


@transaction.atomic
def replace_card(
    *,
    conversation_id: UUID,
    sender: User,
    type: MessageType,  # noqa: A002  the wire's own word
    card_key: str,
    content: str,
    metadata: dict[str, Any],
) -> Message:
    """
    Post the card ``card_key`` names in place of the one that stands, if any does.

    The fresh card is a new message with a new ``seq``: it moves to the end of its conversation and
    is unread again. Readers see the one card or the other, never both and never none.
    """
    remove_card(card_key=card_key)
    return post_card(
        conversation_id=conversation_id,
        sender=sender,
        type=type,
        card_key=card_key,
        content=content,
        metadata=metadata,
    )
