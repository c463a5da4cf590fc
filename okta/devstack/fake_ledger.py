"""What a fake provider took, and how it was told to behave; shared by all the fakes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import unquote_plus

from okta.devstack.fake_keys import Keys, shared

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

    def names(self, token: str) -> bool:
        """Whether a device's token is part of the address or the body."""
        return token in unquote_plus(self.base + self.path) or any(
            token.encode() in said for said in (self.raw, unquote_plus(self.raw.decode(errors="replace")).encode())
        )


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


@dataclass(slots=True)
class Failure:
    """How to fail, and how often yet; `retry_after` is what a 429 says in its header."""

    mode: str
    left: int | None = None
    retry_after: str = "1"


class Ledger:
    """Thread-safe: a client may send several batches at once."""

    def __init__(self, codes: Collection[str] = (), keys: Keys | None = None) -> None:
        """
        `codes` are the errors of single providers that may be asked for beside MODES, `keys` what
        the product signs with.
        """
        self.modes = (*MODES, *codes)
        self._keys = keys
        self._lock = threading.Lock()
        self._received: list[dict[str, Any]] = []
        self._attempts: list[dict[str, Any]] = []
        self._tickets: dict[str, str] = {}
        self._failures: dict[str | None, Failure] = {}

    @property
    def keys(self) -> Keys:
        return self._keys or shared()

    def behave(self, mode: str, times: int | None = None, *, token: str | None = None, retry_after: str = "1") -> None:
        """
        Fail from now on, `times` times or until told otherwise; with `token` for that device alone.

        A request that fails as a whole counts once, a refused message or receipt each for itself.
        What is said of everybody replaces what was said of single devices.
        Raises ValueError for an unknown mode or a count below one.
        """
        if mode not in self.modes or (times is not None and times < 1):
            raise ValueError(f"mode must be one of {', '.join(self.modes)}; times at least 1.")
        with self._lock:
            if token is None:
                self._failures.clear()
            self._failures.pop(token, None)
            if mode != "ok":
                self._failures[token] = Failure(mode, times, retry_after)

    def misbehaves(self, *modes: str, about: Callable[[str], bool] = lambda _: False) -> Failure | None:
        """
        The failure in force if it is one of these; that uses up one time.

        One that is meant for a single device is in force when `about` is true of its token.
        """
        with self._lock:
            for token, failure in list(self._failures.items()):
                if failure.mode in modes and (token is None or about(token)):
                    if failure.left is not None:
                        failure.left -= 1
                        if failure.left == 0:
                            del self._failures[token]
                    return failure
            return None

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
