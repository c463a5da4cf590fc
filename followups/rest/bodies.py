"""The body of a request: one JSON object, and in it only columns that may be written."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from followups.rest.columns import Column, Table
from followups.rest.errors import missing, not_json, too_large, unknown_column, unwritable, wrong_media_type
from followups.rest.values import from_json


def new_row(request: HttpRequest, table: Table) -> dict[str, Any]:
    """
    The columns of the one row to insert; the client also sends it as an array of one.

    :raises Refused: when it is anything else, or lacks a column without a default.
    """
    body = _json(request)
    if isinstance(body, list):
        if len(body) != 1:
            raise not_json(_("Send one row at a time."))
        body = body[0]
    columns = {name: table.columns[name] for name in table.columns if name in table.insertable}
    row = _checked(body, table, columns)
    for name in table.columns:
        if name in table.required and name not in row:
            raise missing(name)
    return row


def changes(request: HttpRequest, table: Table) -> dict[str, Any]:
    """
    The columns to change, and their new values.

    :raises Refused: when there are none, or one may not be written.
    """
    row = _checked(_json(request), table, table.changeable)
    if not row:
        raise not_json(_("Name a column to change."))
    return row


def _json(request: HttpRequest) -> Any:
    if request.content_type not in ("", "application/json"):
        raise wrong_media_type()
    try:
        text = request.body.decode()
        return json.loads(text, parse_constant=_no_constant)
    except RequestDataTooBig as error:
        raise too_large() from error
    except (ValueError, RecursionError) as error:
        raise not_json(_("The body is not valid JSON.")) from error


def _no_constant(name: str) -> NoReturn:
    """Python reads NaN and Infinity; JSON has neither."""
    raise ValueError(name)


def _checked(body: Any, table: Table, writable: Mapping[str, Column]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise not_json(_("Send a JSON object with the columns of one row."))
    written = {name: value for name, value in body.items() if name not in table.ignored}
    for name in written:
        if name not in table.columns:
            raise unknown_column(name)
        if name not in writable:
            raise unwritable(name)
    return {name: from_json(writable[name], value) for name, value in written.items()}
