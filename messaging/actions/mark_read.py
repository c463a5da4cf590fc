"""Moving a participant's read position."""

from accounts.models import User
from messaging.models import Conversation, Message, Participant


def mark_read(*, conversation: Conversation, user: User, message: Message) -> None:
    """
    Mark everything up to ``message`` as read by ``user``.

    The position never moves backwards, so requests may arrive in any order.
    """
    Participant.objects.filter(conversation=conversation, user=user, last_read_seq__lt=message.seq).update(
        last_read_seq=message.seq
    )
