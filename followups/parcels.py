"""A follow-up on its way: what is said, for whom, and where they can be reached. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from followups.rules import says_nothing


class Target(NamedTuple):
    """One place to push to."""

    platform: str
    token: str
    keys: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    A follow-up with everything its delivery needs, as it stood when it was claimed.

    ``sender_id`` is who says it in the clinic's own thread; without one it is not said there. Of a row
    from outside that is the conversation's doctor, and its title still names nobody but whom the
    review request names.
    ``number`` counts this attempt from one, and ``charge`` is what it adds to the row's attempts.
    """

    id: UUID
    conversation_id: UUID
    user_id: str
    text: str
    urgent: bool
    tenant_id: int | None
    number: int
    known: bool
    person_id: int | None
    language: str
    sender_id: int | None
    provider_name: str | None
    targets: tuple[Target, ...] = ()
    charge: int = 1

    @property
    def is_empty(self) -> bool:
        """There is nothing in it to say."""
        return says_nothing(self.text)

    @property
    def is_pushed(self) -> bool:
        """The network has to be asked before it can be settled."""
        return bool(self.targets) and not self.is_empty
