"""Posting one card into each of many conversations, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from messaging.locks import take_seqs
from messaging.models import Message
from messaging.states import MessageType


@dataclass(frozen=True, slots=True)
class Card:
    """A card to post; ``content`` is what a client shows that does not know the type."""

    conversation_id: UUID
    sender_id: int
    type: MessageType
    key: str
    content: str
    metadata: dict[str, Any]


@transaction.atomic
def post_cards(*, cards: Sequence[Card]) -> None:
    """
    Post each card into its conversation; at most one card per conversation.

    :raises IntegrityError: when a card of one of these keys stands, anywhere; none is posted.
    """
    seqs = take_seqs([card.conversation_id for card in cards])
    Message.objects.bulk_create(
        Message(
            conversation_id=card.conversation_id,
            seq=seqs[card.conversation_id],
            type=card.type,
            sender_id=card.sender_id,
            card_key=card.key,
            content=card.content,
            metadata=card.metadata,
        )
        for card in cards
    )
