"""Every route of the web process, and addresses that are sure to lead to it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve

View = Callable[..., Any]


@dataclass(frozen=True)
class Route:
    text: str
    """As Django writes it, such as "/admin/sessions/<int:workout_id>/"; a regular expression stands as it is."""
    view: View


@cache
def routes() -> tuple[Route, ...]:
    """Each in Django's order. One that is written as an earlier one is never reached, and left out."""
    found: dict[tuple[str, ...], Route] = {}
    for patterns, view in _walk(get_resolver()):
        text = "/" + "".join(str(pattern) for pattern in patterns)
        found.setdefault(tuple(pattern.regex.pattern for pattern in patterns), Route(text, view))
    return tuple(found.values())


def _walk(resolver: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], View]]:
    for entry in resolver.url_patterns:
        patterns = (*above, entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, patterns)
        else:
            assert isinstance(entry, URLPattern), f"{entry}: neither a route nor routes"
            yield patterns, entry.callback


def view_of(text: str) -> View:
    """The view of the route that is written so."""
    [view] = [route.view for route in routes() if route.text == text]
    return view


def address(text: str, keys: Mapping[str, Any] | None = None, *, example: str = "") -> str:
    """
    An address of a route, with ``keys`` in their places; of a regular expression, the ``example``.

    Django must lead from it to that route's own view: another would answer for it, and better.
    """
    path = example or re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str((keys or {})[part[1]]), text)
    assert resolve(path.partition("?")[0]).func is view_of(text), f"{path} is no address of {text}"
    return path
