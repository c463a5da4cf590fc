"""
The four tables as the client knows them: which columns there are, who may write them, and how.

The order of the columns is the contract's, and the answers'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from followups.rules import length, says_nothing, wrong_with
from followups.states import Status, Urgency

LONGEST_MESSAGE: Final = 10_000
"""In grapheme clusters; the contract has no limit, and a phone must be able to show it."""


class Kind(Enum):
    """What a column holds; a ``SECOND`` is an instant that is also kept without a fraction."""

    UUID = auto()
    TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    INSTANT = auto()
    SECOND = auto()
    JSON = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column.

    ``empty_for_null``: the client drops its whole screen when this is null, so it is answered as "".
    ``longest``: of a text, in code points. ``one_of``: the only values that may be written.
    ``wrong_with``: why a text may not be written, or None.
    """

    name: str
    kind: Kind = Kind.TEXT
    nullable: bool = False
    empty_for_null: bool = False
    longest: int = 10_000
    one_of: tuple[str, ...] = ()
    wrong_with: Callable[[str], str | Promise | None] = lambda text: None


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table.

    ``required`` and ``insertable`` are columns of a POST, ``changeable`` those of a PATCH.
    ``shown``: which rows there are for the client. ``open_to_change``: which of them a PATCH touches,
    whatever its filter says. ``ignored``: what the client writes that has no column here.
    """

    model: type[Model]
    columns: Mapping[str, Column]
    required: frozenset[str] = frozenset()
    insertable: frozenset[str] = frozenset()
    changeable: Mapping[str, Column] = field(default_factory=dict)
    shown: Q = field(default_factory=Q)
    open_to_change: Q = field(default_factory=Q)
    ignored: frozenset[str] = frozenset()


def blank(written: str) -> str | None:
    return _("write more than white space.") if says_nothing(written) else None


def blank_or_endless(written: str) -> str | None:
    if length(written) > LONGEST_MESSAGE:
        return _("write at most %(count)d characters.") % {"count": LONGEST_MESSAGE}
    return blank(written)


ID: Final = Column("id", Kind.UUID)
CONVERSATION: Final = Column("conversation_id", Kind.UUID)
# The unique index of providers holds 2,704 bytes.
PERSON: Final = Column("user_id", longest=500, wrong_with=blank)
TOKEN: Final = Column("device_token", nullable=True, longest=4096)
CREATED: Final = Column("created_at", Kind.INSTANT)


def text(name: str, **traits: Any) -> Column:
    """A text that may be null."""
    return Column(name, nullable=True, **traits)


def instant(name: str) -> Column:
    """An instant that may be null."""
    return Column(name, Kind.INSTANT, nullable=True)


def number(name: str) -> Column:
    """An integer that may be null."""
    return Column(name, Kind.INTEGER, nullable=True)


def named(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


FOLLOW_UP_REQUESTS: Final = Table(
    model=FollowUpRequest,
    columns=named(
        ID,
        CONVERSATION,
        PERSON,
        Column("scheduled_for", Kind.INSTANT),
        Column("urgency", one_of=tuple(Urgency)),
        Column("display_text", wrong_with=wrong_with),
        text("original_message", empty_for_null=True),
        Column("status", one_of=(Status.SCHEDULED,)),
        text("child_name"),
        text("child_age"),
        TOKEN,
        number("follow_up_days"),
        number("follow_up_hours"),
        number("follow_up_minutes"),
        CREATED,
        instant("sent_at"),
    ),
    required=frozenset({"conversation_id", "user_id", "scheduled_for", "display_text"}),
    insertable=frozenset(
        {
            "conversation_id",
            "user_id",
            "scheduled_for",
            "urgency",
            "display_text",
            "original_message",
            "status",
            "child_name",
            "child_age",
            "device_token",
            "follow_up_days",
            "follow_up_hours",
            "follow_up_minutes",
        }
    ),
    changeable=named(Column("status", one_of=(Status.CANCELLED,))),
    open_to_change=Q(status=Status.SCHEDULED),
)

FOLLOW_UP_MESSAGES: Final = Table(
    model=FollowUpMessage,
    columns=named(
        ID,
        CONVERSATION,
        PERSON,
        Column("message_content", longest=100_000, wrong_with=blank_or_endless),
        Column("is_from_user", Kind.BOOLEAN),
        Column("timestamp", Kind.SECOND),
        Column("is_read", Kind.BOOLEAN),
        Column("follow_up_id", Kind.UUID, nullable=True),
        CREATED,
    ),
    required=frozenset({"conversation_id", "user_id", "message_content"}),
    insertable=frozenset({"conversation_id", "user_id", "message_content", "is_from_user", "timestamp", "is_read"}),
    changeable=named(Column("is_read", Kind.BOOLEAN)),
    # Newer clients say so of a provider's message; `is_from_user` says the same.
    ignored=frozenset({"from_provider"}),
)

PROVIDER_REVIEW_REQUESTS: Final = Table(
    model=ProviderReviewRequest,
    columns=named(
        ID,
        text("user_id", empty_for_null=True),
        Column("conversation_id", Kind.UUID, nullable=True),
        text("conversation_title"),
        text("child_name"),
        text("child_age"),
        text("child_dob"),
        text("triage_outcome"),
        text("conversation_summary"),
        Column("conversation_messages", Kind.JSON, nullable=True),
        text("status"),
        Column("is_flagged", Kind.BOOLEAN),
        text("flag_reason"),
        instant("flagged_at"),
        text("flagged_by"),
        instant("unflagged_at"),
        Column("schedule_followup", Kind.BOOLEAN),
        text("provider_name"),
        text("provider_response"),
        text("provider_urgency"),
        instant("responded_at"),
        CREATED,
        TOKEN,
        Column("provider_push_sent", Kind.BOOLEAN, nullable=True),
        instant("push_sent_at"),
    ),
    changeable=named(
        Column("schedule_followup", Kind.BOOLEAN),
        text("provider_response"),
        instant("responded_at"),
        text("status"),
        text("provider_name"),
        text("provider_urgency"),
        Column("is_flagged", Kind.BOOLEAN),
        instant("flagged_at"),
        text("flagged_by"),
        text("flag_reason"),
        instant("unflagged_at"),
    ),
    # The client addresses a review request by its conversation, and could do nothing with one that
    # has none.
    shown=Q(conversation_id__isnull=False),
)

PROVIDERS: Final = Table(
    model=Provider,
    columns=named(
        ID,
        PERSON,
        TOKEN,
        Column("device_type", longest=100),
        CREATED,
        Column("updated_at", Kind.INSTANT),
    ),
    required=frozenset({"user_id"}),
    insertable=frozenset({"user_id", "device_token", "device_type", "created_at", "updated_at"}),
    changeable=named(TOKEN, Column("device_type", longest=100), Column("updated_at", Kind.INSTANT)),
)
