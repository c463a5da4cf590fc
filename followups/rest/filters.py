"""
The address of a request: which rows, which columns, in which order.

The client's own list and nothing else: ``eq``, ``neq``, ``is.null``, ``in``, one level of ``or``,
``order``, ``limit``, ``offset``, ``select``.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import TooManyFieldsSent
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from followups.rest.columns import Column, Kind, Table
from followups.rest.errors import Refused, too_large, unclear, unknown_column
from followups.rest.values import INT4, from_address

MOST_ROWS: Final = 1000
MOST_CONDITIONS: Final = 100
MOST_VALUES: Final = 1000
ONCE: Final = frozenset({"select", "order", "limit", "offset"})
TIES: Final = ("created_at", "id")

COUNT = re.compile(r"\d{1,10}", re.ASCII)
ITEM = r'(?:"(?:[^"\\]|\\.)*"|[^",()]*)'
LIST = rf"\({ITEM}(?:,{ITEM})*\)"
EACH_ITEM = re.compile(rf"({ITEM})(?:,|\Z)", re.DOTALL)
CONDITION = re.compile(rf"([^.,()\"]*)\.([a-z]+)\.({LIST}|{ITEM})(?:,(?!\Z)|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    conditions: Sequence[Q]
    columns: Sequence[Column]
    order: Sequence[OrderBy]
    limit: int
    offset: int

    def page(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of ``rows`` that are asked for, in the order asked for; ties by age, then by id."""
        return rows.filter(*self.conditions).order_by(*self.order)[self.offset : self.offset + self.limit]


def read(request: HttpRequest, table: Table, *, takes: Collection[str]) -> Asked:
    """
    Understand the address of a request.

    ``takes`` names the parameters it may have; "filters" stands for every condition.

    :raises Refused: at the first thing that is not understood.
    """
    given = _parameters(request)
    for name, values in given.items():
        if (name if name in ONCE else "filters") not in takes:
            raise unclear(name, _("this request takes no such parameter."))
        if name in ONCE and len(values) > 1:
            raise unclear(name, _("give it once."))
    return Asked(
        conditions=_conditions(given, table),
        columns=_selected(given, table),
        order=_order(given, table),
        limit=min(_count(given, "limit", MOST_ROWS), MOST_ROWS),
        offset=_count(given, "offset", 0),
    )


def _parameters(request: HttpRequest) -> Mapping[str, list[str]]:
    """
    Every parameter of the address with its values.

    Not ``request.GET``: that is read in the charset of the content type, and the client sends a
    content type even with a GET.
    """
    written = request.META.get("QUERY_STRING", "").encode("latin-1")
    try:
        given = QueryDict(written, encoding="utf-8")
    except TooManyFieldsSent as error:
        raise too_large() from error
    return {name: [str(value) for value in values] for name, values in given.lists()}


def _conditions(given: Mapping[str, list[str]], table: Table) -> list[Q]:
    """Every filter, all of which a row must meet."""
    conditions = [
        _either(value, table) if name == "or" else _condition(name, value, table)
        for name, values in given.items()
        if name not in ONCE
        for value in values
    ]
    if len(conditions) > MOST_CONDITIONS:
        raise too_large()
    return conditions


def _condition(name: str, filtered: str, table: Table) -> Q:
    """One parameter such as ``status=eq.scheduled``; what follows the operator is the value as it is."""
    operator, dot, value = filtered.partition(".")
    if not dot:
        raise _unsupported(name)
    return _compared(name, operator, value, table, written=value)


def _either(written: str, table: Table) -> Q:
    """The parameter ``or=(a.is.null,b.neq.x)``; a value with one of ``,()"`` in it stands in double quotes."""
    if not (written.startswith("(") and written.endswith(")")):
        raise unclear("or", _("write it as or=(a.is.null,b.neq.x)."))
    inside, at, found = written[1:-1], 0, []
    while at < len(inside):
        match = CONDITION.match(inside, at)
        if match is None:
            raise unclear("or", _("write it as or=(a.is.null,b.neq.x)."))
        name, operator, value = match.groups()
        found.append(_compared(name, operator, _unquoted(value), table, written=value))
        at = match.end()
    if not found or len(found) > MOST_CONDITIONS:
        raise unclear("or", _("write it as or=(a.is.null,b.neq.x)."))
    return Q(*found, _connector=Q.OR)


def _compared(name: str, operator: str, value: str, table: Table, *, written: str) -> Q:
    """A column against ``value``; ``written`` is the value before its quotes were taken off."""
    column = _column(name, table)
    if column.kind is Kind.JSON:
        raise unclear(name, _("this column cannot be filtered."))
    match operator:
        case "eq":
            return Q((name, from_address(column, value)))
        case "neq":
            # As in SQL: what is unknown is not known to differ.
            return Q((f"{name}__isnull", False)) & ~Q((name, from_address(column, value)))
        case "is" if written == "null":
            return Q((f"{name}__isnull", True))
        case "in":
            return Q((f"{name}__in", [from_address(column, item) for item in _items(name, written)]))
    raise _unsupported(name)


def _unsupported(name: str) -> Refused:
    return unclear(name, _("this filter is not supported. Use eq., neq., is.null or in.(…)."))


def _items(name: str, written: str) -> list[str]:
    """The values of ``(a,b,"c,d")``."""
    if not re.fullmatch(LIST, written, re.DOTALL):
        raise unclear(name, _('write the values as in.(a,b,"c,d").'))
    inside = written[1:-1]
    items = [_unquoted(match[1]) for match in _each(inside)] if inside else []
    if len(items) > MOST_VALUES:
        raise too_large()
    return items


def _each(inside: str) -> Iterator[re.Match[str]]:
    """Every item of a well-formed list, an empty one after its last comma included."""
    at = 0
    while match := EACH_ITEM.match(inside, at):
        yield match
        if match.end() == len(inside) and not match[0].endswith(","):
            return
        at = match.end()


def _unquoted(item: str) -> str:
    return re.sub(r"\\(.)", r"\1", item[1:-1], flags=re.DOTALL) if item.startswith('"') else item


def _column(name: str, table: Table) -> Column:
    if name not in table.columns:
        raise unknown_column(name)
    return table.columns[name]


def _selected(given: Mapping[str, list[str]], table: Table) -> list[Column]:
    """The columns to answer, in the table's order."""
    if "select" not in given:
        return list(table.columns.values())
    names = given["select"][0].split(",")
    wanted = {_column(name, table).name for name in names}
    return [column for column in table.columns.values() if column.name in wanted]


def _order(given: Mapping[str, list[str]], table: Table) -> list[OrderBy]:
    order: dict[str, OrderBy] = {}
    for part in given["order"][0].split(",") if "order" in given else []:
        name, _dot, direction = part.partition(".")
        column = _column(name, table)
        if direction not in ("asc", "desc") or column.kind is Kind.JSON:
            raise unclear("order", _("write it as order=created_at.desc or order=created_at.asc."))
        order.setdefault(name, F(name).asc() if direction == "asc" else F(name).desc())
    for name in TIES:
        order.setdefault(name, F(name).asc())
    return list(order.values())


def _count(given: Mapping[str, list[str]], name: str, default: int) -> int:
    if name not in given:
        return default
    written = given[name][0]
    if not COUNT.fullmatch(written) or int(written) not in INT4:
        raise unclear(name, _("give a whole number that is not negative."))
    return int(written)
