"""Pure decisions about conversations."""

from collections.abc import Iterable

from messaging.states import ConversationType

MAX_PEOPLE = 50
MAX_TEXT = 5000


def participants_key(user_ids: Iterable[int]) -> str:
    """
    Name a set of people, whatever order they are given in.

    >>> participants_key([12, 3, 12])
    '3,12'

    :raises ValueError: for fewer than two people, or more than ``MAX_PEOPLE``.
    """
    ids = sorted(set(user_ids))
    if not 2 <= len(ids) <= MAX_PEOPLE:
        raise ValueError(f"A conversation has 2 to {MAX_PEOPLE} people, not {len(ids)}.")
    return ",".join(map(str, ids))


def type_of(*, people: int, title: str) -> ConversationType:
    """Two people without a title talk one on one; a title, or a third person, makes a group."""
    return ConversationType.ONE_ON_ONE if people == 2 and not title else ConversationType.GROUP
