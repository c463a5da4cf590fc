"""Writing a text into a conversation."""

from django.db import IntegrityError, transaction

from accounts.models import User
from messaging.locks import take_seq
from messaging.models import Conversation, Message


def post_message(
    *, conversation: Conversation, sender: User, content: str, client_message_id: str | None = None
) -> tuple[Message, bool]:
    """
    Post ``content`` as ``sender``; return the message, and whether it is new.

    A ``client_message_id`` that this sender has already used in this conversation answers the first
    message, whatever the text says now, so a client may repeat a request it got no answer to.
    """
    ids = {"conversation": conversation, "sender": sender, "client_message_id": client_message_id}
    repeated = Message.objects.filter(**ids).select_related("sender") if client_message_id else Message.objects.none()
    first = repeated.first()
    if first is not None:
        return first, False
    try:
        # The refused twin gives its seq back with the savepoint.
        with transaction.atomic():
            message = Message(**ids, seq=take_seq(conversation.pk), content=content)
            message.save(force_insert=True)
    except IntegrityError:
        first = repeated.first()
        if first is None:
            raise
        return first, False
    message.refresh_from_db(fields=["created_at"])
    return message, True
