"""Values on their way in: what a column takes, from JSON and from the address. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from followups.models.columns import EARLIEST, LATEST
from followups.rest.columns import Column, Kind
from followups.rest.errors import misfit, unclear

INT4: Final = range(-(2**31), 2**31)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
INSTANT_TEXT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d(:?\d\d)?)", re.IGNORECASE | re.ASCII
)
INTEGER_TEXT = re.compile(r"-?\d{1,10}", re.ASCII)
BOOLEANS: Final = {"true": True, "false": False}


def from_json(column: Column, value: Any) -> Any:
    """
    The value a body gives a column, as its row keeps it.

    :raises Refused: when the column cannot take it.
    """
    if value is None:
        if not column.nullable:
            raise misfit(column.name, _("null is not allowed; leave it out or give a value."), code="23502")
        return None
    parsed = FROM_JSON[column.kind](column, value)
    if column.one_of and parsed not in column.one_of:
        wanted = _("give one of: %(values)s.") % {"values": ", ".join(map(str, column.one_of))}
        raise misfit(column.name, wanted, code="23514")
    return parsed


def from_address(column: Column, value: str) -> Any:
    """
    The value a filter compares a column with.

    :raises Refused: when the column could not hold it, or cannot be filtered.
    """
    if column.kind is Kind.JSON:
        raise unclear(column.name, _("this column cannot be filtered."))
    if column.kind is Kind.BOOLEAN:
        return boolean(column, BOOLEANS.get(value))
    if column.kind is Kind.INTEGER:
        return integer(column, int(value) if INTEGER_TEXT.fullmatch(value) else None)
    if column.kind is Kind.TEXT:
        return storable(column, value)
    return FROM_JSON[column.kind](column, value)


def uuid(column: Column, value: Any) -> UUID:
    if not isinstance(value, str) or not UUID_TEXT.fullmatch(value):
        raise misfit(column.name, _("give a UUID, such as 3f25a1c0-0000-4000-8000-000000000000."))
    return UUID(value)


def text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise misfit(column.name, _("give a text."))
    if len(value) > column.longest:
        wanted = _("write at most %(count)d characters.") % {"count": column.longest}
        raise misfit(column.name, wanted, code="22001")
    storable(column, value)
    wrong = column.wrong_with(value)
    if wrong is not None:
        raise misfit(column.name, str(wrong), code="23514")
    return value


def storable(column: Column, value: str) -> str:
    """PostgreSQL keeps neither the character NUL nor half of a surrogate pair."""
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise misfit(column.name, _("it holds a character that cannot be stored; remove it."), code="22P05")
    return value


def integer(column: Column, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in INT4:
        raise misfit(column.name, _("give a whole number between -2147483648 and 2147483647."))
    return value


def boolean(column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise misfit(column.name, _("give true or false."))
    return value


def instant(column: Column, value: Any) -> datetime:
    found = _instant(value)
    if found is None:
        raise misfit(column.name, _("give an instant with its zone, such as 2025-11-09T17:30:12Z."), code="22007")
    if not EARLIEST <= found < LATEST:
        raise misfit(column.name, _("give an instant between the years 1900 and 9000."), code="22008")
    return found.astimezone(UTC)


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str) or not INSTANT_TEXT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def second(column: Column, value: Any) -> datetime:
    return instant(column, value).replace(microsecond=0)


FROM_JSON: Final[Mapping[Kind, Callable[[Column, Any], Any]]] = {
    Kind.UUID: uuid,
    Kind.TEXT: text,
    Kind.INTEGER: integer,
    Kind.BOOLEAN: boolean,
    Kind.INSTANT: instant,
    Kind.SECOND: second,
}
