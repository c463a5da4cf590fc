"""
The figures on the admin's first page: what an app says there of how it is doing.

An app contributes through ``settings.STATUS_BLOCKS``: a function that gets the person and returns
their block, or None for somebody whom it does not concern.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in words; ``trouble`` says in a word or two that somebody should look, or is empty."""

    label: str
    value: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    title: str
    lines: Sequence[Line]


Contribution = Callable[[Any], Block | None]


def status_for(user: Any) -> list[Block]:
    """Every block that concerns this person."""
    blocks = (import_string(path)(user) for path in settings.STATUS_BLOCKS)
    return [block for block in blocks if block is not None]
