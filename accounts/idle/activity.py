"""When the person of a session was last active."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings

SEEN_AT: Final = "seen_at"
BY_ITSELF: Final = "asked_by_itself"
COARSEST: Final = timedelta(seconds=15)

View = TypeVar("View", bound=Callable[..., Any])


def by_itself(view: View) -> View:
    """Mark a view that pages ask without anybody doing anything: asking it is no activity."""
    setattr(view, BY_ITSELF, True)
    return view


def is_by_itself(view: Callable[..., Any]) -> bool:
    """Whether the view, or what it wraps, was marked."""
    return bool(getattr(view, BY_ITSELF, False))


def precision() -> timedelta:
    """
    How much earlier than it was a session may say its person was active.

    A busy person's session is written once in that time instead of with every request. It is 15 s,
    and a twentieth of a short limit.
    """
    return min(COARSEST, settings.IDLE_SIGN_OUT / 20)


def warn_before() -> timedelta:
    """How long before the end a page warns: a minute, or half of a limit below two."""
    return min(timedelta(minutes=1), settings.IDLE_SIGN_OUT / 2)


def tell_every() -> timedelta:
    """How often a page tells of keys and pointers: once a minute, and in time with a short limit."""
    return max(timedelta(seconds=1), min(timedelta(minutes=1), settings.IDLE_SIGN_OUT / 4))


def time_left(request: Any, *, now: datetime) -> timedelta:
    """How long the signed-in person of this request may still do nothing; not positive when it is over."""
    seen_at = _seen_at(request)
    return settings.IDLE_SIGN_OUT - (now - seen_at) if seen_at else timedelta(0)


def seconds_left(request: Any, *, now: datetime) -> int:
    """The same in whole seconds, never too many."""
    return max(0, math.floor(time_left(request, now=now).total_seconds()))


def note_activity(request: Any, *, now: datetime) -> None:
    """Remember that the person was active now, unless the session says nearly so."""
    seen_at = request.session.get(SEEN_AT)
    if seen_at is None or now.timestamp() - seen_at >= precision().total_seconds():
        request.session[SEEN_AT] = math.floor(now.timestamp())


def _seen_at(request: Any) -> datetime | None:
    """A session that does not say it yet was begun by its person's last sign-in, or before it."""
    seconds = request.session.get(SEEN_AT)
    last_login: datetime | None = request.user.last_login
    return last_login if seconds is None else datetime.fromtimestamp(seconds, UTC)
