"""Rows on their way out: the contract's columns, spelled so that the client can read every one."""

import json
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.http import HttpResponse, JsonResponse

from followups.rest.columns import Column, Kind

DEEPEST: Final = 100
"""How deeply JSON may be nested: the client's parser gives up on the whole answer at 512."""


def json_answer(rows: list[dict[str, Any]], *, status: int = 200) -> HttpResponse:
    """An array, as PostgREST answers even with one row."""
    return JsonResponse(rows, safe=False, status=status, json_dumps_params={"ensure_ascii": False})


def rendered(rows: QuerySet[Any], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """``columns`` of ``rows`` as the wire has them, in one query."""
    values: Iterable[tuple[Any, ...]] = rows.values_list(*map(_expression, columns))
    return [
        {column.name: _spelled(column, value) for column, value in zip(columns, row, strict=True)} for row in values
    ]


def _expression(column: Column) -> Combinable | str:
    # As text: what Python cannot parse would take the whole list with it.
    return Cast(column.name, TextField()) if column.kind is Kind.JSON else column.name


def _spelled(column: Column, value: Any) -> Any:
    if value is None:
        return "" if column.empty_for_null else None
    match column.kind:
        case Kind.UUID:
            return str(value)
        case Kind.SECOND | Kind.INSTANT:
            return instant(value)
        case Kind.JSON:
            return legible(value)
    return value


def instant(value: datetime) -> str:
    """
    An instant in UTC, in whole seconds: the client's parser knows no fractions.

    It drops a message whose ``timestamp`` has one, and shows any other instant raw.

    >>> instant(datetime(2025, 11, 9, 17, 30, 12, 120000, tzinfo=UTC))
    '2025-11-09T17:30:12Z'
    """
    return value.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def legible(written: str) -> Any:
    """
    A JSON value, or None where another parser would stumble over it.

    PostgreSQL keeps numbers beyond any float and nests as deeply as its memory goes.

    >>> legible("[1, 1e999]") is None
    True
    """
    try:
        value = json.loads(written, parse_int=_whole)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return value if _shallow(value) else None


def _whole(digits: str) -> int | float:
    # Infinite beyond any float, and then refused as such.
    number = float(digits)
    return int(digits) if math.isfinite(number) else number


def _shallow(value: Any) -> bool:
    level = [value]
    for _depth in range(DEEPEST + 1):
        level = [outer for outer in level if isinstance(outer, list | dict)]
        if not level:
            return True
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return False
