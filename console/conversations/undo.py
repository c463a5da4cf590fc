"""Undo: a signed note of what somebody has just cancelled, good for them alone, and not for long."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing

from okta.errors import NotFound

SALT: Final = "console.undo"
GOOD_FOR: Final = timedelta(minutes=15)


class TooLate(Exception):
    """What was done so long ago is not undone any more."""


def note_of(ids: Iterable[UUID], *, conversation_id: UUID, user_id: int) -> str:
    """The note to hand back for these follow-ups of a conversation."""
    return signing.dumps([user_id, str(conversation_id), *map(str, ids)], salt=SALT, compress=True)


def ids_in(note: str, *, conversation_id: UUID, user_id: int) -> list[UUID]:
    """
    The follow-ups that a note is about.

    Without it a colleague's cancelled words could be sent again in the colleague's name.

    :raises TooLate: for a note that is too old.
    :raises NotFound: for one that is forged, somebody else's or about another conversation.
    """
    try:
        owner, about, *ids = signing.loads(note, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        raise TooLate from None
    except signing.BadSignature:
        raise NotFound from None
    if (owner, about) != (user_id, str(conversation_id)):
        raise NotFound
    return [UUID(pk) for pk in ids]
