"""What a transport is told, and what it can answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One push for one device; ``push_id`` is all of it that may be written into a log."""

    push_id: int | UUID
    token: str
    title: str
    body: str
    data: Mapping[str, Any]
    collapse_id: str
    urgent: bool
    keys: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; with a ``ticket`` it can be asked later what became of it."""

    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken; ``retire_device``: nor will anything else for this token."""

    reason: str
    retire_device: bool = False


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now; ``after`` is how long the provider asked us to wait, if it did."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A receipt: Apple or Google took it from the provider."""


Outcome = Accepted | Refused | TryAgain
Receipt = Delivered | Refused | TryAgain


class TransportDown(Exception):
    """
    The provider takes nothing from anybody at present, or does not answer.

    ``over_this``: it failed over this very request (a 5xx), so that something in it may be to blame.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None, *, over_this: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.over_this = over_this


class BatchRefused(Exception):
    """The provider refused a request as a whole for something in it; nothing of it was taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transport(Protocol):
    """
    A way to one push provider. Reasons are codes: they carry no token and no text.

    Nothing here touches the database, and nothing is called inside a transaction.
    """

    batch_size: int
    receipts_size: int

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """
        Hand over up to ``batch_size`` pushes; one outcome for each, in order.

        :raises TransportDown: nothing is known to have been taken; all may be repeated.
        :raises BatchRefused: one of them spoils the request.
        """
        ...

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        """
        Ask what became of up to ``receipts_size`` tickets; those without a receipt yet are left out.

        :raises TransportDown: ask again later.
        """
        ...
