"""Who sees which conversation, what was said in it, and what is unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Lookup, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.queries import connected_patients
from accounts.states import UserType
from messaging.models import Conversation, Message, Participant
from okta.errors import NotFound

SHOWN_AT_ONCE = 50
# A page shows who wrote each message, and needs no more of them.
SENDER = [*(field.name for field in Message._meta.concrete_fields), "sender__first_name", "sender__last_name"]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as one of its people sees it in the list."""

    conversation: Conversation
    people: list[User]
    last_message: Message | None
    unread_count: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some messages of a conversation, the newest first; ``earlier`` is the ``seq`` before which there are more."""

    messages: list[Message]
    earlier: int | None


class _Among(Lookup):
    """
    Whether a key is in an array.

    Unlike ``IN`` over the same subquery it is no join: PostgreSQL looks each of them up, where for a
    join it would rather read all conversations of everybody.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        key, key_values = self.process_lhs(compiler, connection)
        keys, keys_values = self.process_rhs(compiler, connection)
        return f"{key} = ANY{keys}", (*key_values, *keys_values)


def visible_conversations(user: User) -> QuerySet[Conversation]:
    """
    The conversations ``user`` takes part in and may see now.

    A doctor sees a thread with a patient only while connected to that patient; administrators see
    every thread they are in.
    """
    taking_part = ArraySubquery(Participant.objects.filter(user=user).values("conversation"))
    return _shown_to(user, Conversation.objects.filter(_Among(F("pk"), taking_part)))


def conversation_of(*, user: User, conversation_id: UUID) -> Conversation:
    """
    The conversation, for somebody who may see it.

    :raises NotFound: for anybody else.
    """
    this = Conversation.objects.filter(pk=conversation_id, participants__user=user)
    conversation = _shown_to(user, this).first()
    if conversation is None:
        raise NotFound
    return conversation


def _shown_to(user: User, conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    mine = conversations.filter(tenant=user.tenant_id)
    if user.user_type == UserType.PATIENT:
        return mine.filter(Q(patient=None) | Q(patient=user))
    if user.user_type == UserType.DOCTOR:
        return mine.filter(Q(patient=None) | Q(patient__in=connected_patients(user)))
    return mine


def messages_of(conversation: Conversation) -> QuerySet[Message]:
    """Everything said in a conversation, with its senders' names."""
    return conversation.messages.select_related("sender").only(*SENDER)


def messages_before(conversation: Conversation, seq: int | None) -> Stretch:
    """The newest messages of a conversation, or the newest before ``seq``, in one step on its index."""
    messages = messages_of(conversation).order_by("-seq")
    found = list((messages if seq is None else messages.filter(seq__lt=seq))[: SHOWN_AT_ONCE + 1])
    shown = found[:SHOWN_AT_ONCE]
    return Stretch(shown, shown[-1].seq if len(found) > SHOWN_AT_ONCE else None)


def seq_in(text: str) -> int | None:
    """The ``seq`` that an address names; None when it names none."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def threads(*, user: User, conversations: Sequence[Conversation]) -> list[Thread]:
    """
    What the list shows of ``conversations``, in their order, in three queries however many there are.

    They must be visible to ``user``.
    """
    ids = [conversation.pk for conversation in conversations]
    # One backwards step on the index of each conversation, whatever its length.
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-seq")
    figures = {
        pk: (last_id, unread)
        for pk, last_id, unread in Conversation.objects.filter(pk__in=ids).values_list(
            "pk", Subquery(last.values("pk")[:1]), _unread(user)
        )
    }
    last_ids = [last_id for last_id, _ in figures.values() if last_id is not None]
    last_messages = Message.objects.filter(pk__in=last_ids).select_related("sender").in_bulk()
    people: dict[UUID, list[User]] = {pk: [] for pk in ids}
    for participant in Participant.objects.filter(conversation__in=ids).select_related("user").order_by("user"):
        people[participant.conversation_id].append(participant.user)
    return [
        Thread(
            conversation=conversation,
            people=people[conversation.pk],
            last_message=last_messages.get(figures[conversation.pk][0]),
            unread_count=figures[conversation.pk][1],
        )
        for conversation in conversations
    ]


def unread_in(*, user: User, conversation: Conversation) -> int:
    """How many messages of others ``user`` has not read in one conversation."""
    unread: int = Conversation.objects.filter(pk=conversation.pk).values_list(_unread(user), flat=True).get()
    return unread


def with_unread(conversations: QuerySet[Conversation], *, user: User) -> QuerySet[Conversation]:
    """
    Those of ``conversations`` in which ``user`` has not read a message of others.

    Only those they take part in are looked at, and in each of them only what lies behind the read position.
    """
    behind = Participant.objects.filter(user=user, conversation__last_seq__gt=F("last_read_seq"))
    unread = _unread_messages(user)
    return conversations.filter(_Among(F("pk"), ArraySubquery(behind.values("conversation"))), Exists(unread))


def unread_total(user: User) -> int:
    """How many messages of others ``user`` has not read in all conversations they see."""
    behind = visible_conversations(user).filter(last_seq__gt=Subquery(_position(user, OuterRef("pk"))))
    total: int = behind.annotate(unread=_unread(user)).aggregate(total=Coalesce(Sum("unread"), 0))["total"]
    return total


def read_position(*, user: User, conversation: Conversation) -> int | None:
    """The ``seq`` up to which ``user`` has read a conversation; None for somebody who takes no part in it."""
    return _position(user, conversation).values_list("last_read_seq", flat=True).first()


def _unread(user: User) -> Coalesce:
    """
    A conversation's messages that ``user`` has not read, counted in the database.

    Only what lies behind the read position is counted, on the index of (conversation, seq): a long
    history that was read costs nothing.
    """
    unread = _unread_messages(user)
    return Coalesce(Subquery(unread.order_by().values("conversation").annotate(count=Count("pk")).values("count")), 0)


def _unread_messages(user: User) -> QuerySet[Message]:
    """What ``user`` has not read in the conversation outside."""
    # Of the conversation and not of the message: asked for once, it is where the index is entered.
    position = Subquery(_position(user, OuterRef(OuterRef("pk"))))
    return Message.objects.filter(conversation=OuterRef("pk"), seq__gt=position).exclude(sender=user)


def _position(user: User, conversation: OuterRef | Conversation) -> QuerySet[Participant, Any]:
    return Participant.objects.filter(conversation=conversation, user=user).values("last_read_seq")
