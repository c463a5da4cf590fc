"""What an open page of a conversation does not show yet, and what it shows that is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import User
from console.conversations.thread import Said, told
from messaging.models import Conversation, Message
from messaging.queries import SHOWN_AT_ONCE, messages_of, read_position
from messaging.states import MessageType

UNWATCHED: Final = timedelta(seconds=10)
"""A page that somebody sees asks far more often: what is older when it comes was not watched."""


@dataclass(frozen=True, slots=True)
class News:
    """What to put at the end of a page, and which of its cards to take away; ``newest`` is its next question."""

    said: list[Said]
    gone: list[int]
    newest: int

    @property
    def of_a_follow_up(self) -> bool:
        """Whether a follow-up was delivered: one promise fewer is ahead."""
        return any(one.message.type == MessageType.FOLLOW_UP for one in self.said)


def news_in(conversation: Conversation, *, reader: User, after: int, cards: Iterable[int], now: datetime) -> News:
    """
    What has come after the ``seq`` in ``after``, and which of these cards stand no more.

    A card is replaced by another under a new ``seq``. Both are looked for in one statement, so that a
    page shows the one or the other, never both and never none. At most fifty messages come at once;
    one query is asked when nothing is new.
    """
    shown = set(cards)
    newer = conversation.messages.filter(seq__gt=after).order_by("seq").values_list("pk", "seq")[:SHOWN_AT_ONCE]
    standing = conversation.messages.filter(pk__in=shown).order_by().values_list("pk", "seq")
    there = dict(newer.union(standing) if shown else newer)
    fresh = [pk for pk, seq in there.items() if seq > after]
    return News(
        said=_told(conversation, fresh, reader=reader, now=now) if fresh else [],
        gone=sorted(shown - there.keys()),
        newest=max([after, *(there[pk] for pk in fresh)]),
    )


def _told(conversation: Conversation, fresh: list[int], *, reader: User, now: datetime) -> list[Said]:
    messages = list(messages_of(conversation).filter(pk__in=fresh).order_by("seq"))
    position = read_position(user=reader, conversation=conversation) if _unwatched(messages, now) else None
    return told(messages, conversation, reader=reader, unread_from=position)


def _unwatched(messages: list[Message], now: datetime) -> bool:
    """Whether the page was out of sight when the first of them came, so that its reader may look for it."""
    return bool(messages) and now - messages[0].created_at > UNWATCHED
