"""What a fake provider took, and how it was told to behave; shared by all the fakes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any

# `timeout`, `500` and `429` fail whole requests; the others single messages or receipts.
MODES = ("ok", "timeout", "500", "429", "DeviceNotRegistered", "DeviceNotRegisteredReceipt")


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP request to a provider; ``base`` is the address it was sent to, without the path."""

    method: str
    base: str
    path: str
    headers: Message[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer with a JSON body, or with none when that is None."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """One message the provider took for one device."""

    provider: str
    to: str
    title: str | None
    body: str | None
    data: Any
    extra: dict[str, Any]

    def shown(self, at: str) -> dict[str, Any]:
        core = {"provider": self.provider, "to": self.to, "title": self.title}
        return self.extra | core | {"body": self.body, "data": self.data, "at": at}


class Ledger:
    """Thread-safe: a client may send several batches at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: list[dict[str, Any]] = []
        self._attempts: list[dict[str, Any]] = []
        self._tickets: dict[str, str] = {}
        self._mode = "ok"
        self._left: int | None = None

    def behave(self, mode: str, times: int | None = None) -> None:
        """
        Fail from now on, `times` times or until told otherwise.

        A request that fails as a whole counts once, a refused message or receipt each for itself.
        Raises ValueError for an unknown mode or a count below one.
        """
        if mode not in MODES or (times is not None and times < 1):
            raise ValueError(f"mode must be one of {', '.join(MODES)}; times at least 1.")
        with self._lock:
            self._mode, self._left = mode, times

    def misbehaves(self, *modes: str) -> str | None:
        """The mode in force if it is one of these; that uses up one time."""
        with self._lock:
            if self._mode not in modes:
                return None
            mode = self._mode
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    self._mode, self._left = "ok", None
            return mode

    def take(self, push: Push, *, identifier: str) -> None:
        """Remember a message as accepted."""
        with self._lock:
            self._received.append(push.shown(moment()))
            self._tickets[identifier] = push.to

    def attempt(self, path: str, outcome: str) -> None:
        """Remember a request, whatever became of it."""
        with self._lock:
            self._attempts.append({"path": path, "outcome": outcome, "at": moment()})

    def recipient(self, identifier: str) -> str | None:
        with self._lock:
            return self._tickets.get(identifier)

    def received(self) -> list[dict[str, Any]]:
        """The accepted messages, oldest first."""
        with self._lock:
            return list(self._received)

    def attempts(self) -> list[dict[str, Any]]:
        """Every request, oldest first, with the status or mode that answered it."""
        with self._lock:
            return list(self._attempts)

    def clear(self) -> None:
        """Forget what was received and tried; tickets already given keep their receipts."""
        with self._lock:
            self._received.clear()
            self._attempts.clear()


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
