"""Long lists, fifty at a time, without counting what nobody looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest

AT_ONCE: Final = 50
FARTHEST: Final = 1000
"""Nobody turns so many pages; whoever asks for more is shown the last of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list; ``newer`` and ``older`` are the questions that lead on, or empty."""

    rows: Sequence[Any]
    newer: str
    older: str


def cut(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """The rows that ``?page=`` asks for; the first page when it asks for none."""
    asked = request.GET.get("page", "")
    number = min(int(asked), FARTHEST) if asked.isdecimal() and len(asked) < 7 and int(asked) else 1
    start = (number - 1) * AT_ONCE
    found = list(rows[start : start + AT_ONCE + 1])
    return Page(
        rows=found[:AT_ONCE],
        newer=_question(request, number - 1) if number > 1 else "",
        older=_question(request, number + 1) if len(found) > AT_ONCE and number < FARTHEST else "",
    )


def _question(request: HttpRequest, number: int) -> str:
    question = request.GET.copy()
    if number > 1:
        question["page"] = str(number)
    else:
        question.pop("page", None)
    return f"?{question.urlencode()}"
