"""
What is refused here, in PostgREST's shape: ``{"code", "message", "details": null, "hint": null}``.

The client shows the body to a provider as it comes, so it never repeats a value: only the names of
columns and parameters, and those only when they look like one. Codes are PostgREST's and
PostgreSQL's own where one fits.
"""

import re

from django.http import JsonResponse
from django.utils.translation import gettext as _

NAME = re.compile(r"[a-z_][a-z0-9_.]{0,40}", re.ASCII)


class Refused(Exception):
    """A request this interface will not carry out; ``message`` says what to do instead."""

    def __init__(self, message: str, *, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.message, self.code, self.status = message, code, status

    def answer(self) -> JsonResponse:
        body = {"code": self.code, "message": self.message, "details": None, "hint": None}
        # Unescaped: people see it as it is.
        answer = JsonResponse(body, status=self.status, json_dumps_params={"ensure_ascii": False})
        if self.status == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer


def spoken(name: str) -> str:
    """The name if it is one; anything else could be somebody's words and is not repeated."""
    return name if NAME.fullmatch(name) else "?"


def no_key() -> Refused:
    return Refused(_("Send a valid key in the header apikey."), code="PGRST301", status=401)


def no_table() -> Refused:
    return Refused(_("There is no such table here."), code="PGRST205", status=404)


def not_that_way(method: str) -> Refused:
    message = _("%(method)s is not possible on this table.") % {"method": method}
    return Refused(message, code="PGRST117", status=405)


def unknown_column(name: str) -> Refused:
    message = _("There is no column %(column)s in this table.") % {"column": spoken(name)}
    return Refused(message, code="PGRST204")


def unwritable(name: str) -> Refused:
    message = _("The column %(column)s cannot be written here. Leave it out.") % {"column": name}
    return Refused(message, code="not_writable")


def missing(name: str) -> Refused:
    return Refused(_("Give the column %(column)s a value.") % {"column": name}, code="23502")


def misfit(name: str, wanted: str, *, code: str = "22P02") -> Refused:
    """A value that the column cannot take; ``wanted`` says what it can."""
    return Refused(f"{name}: {wanted}", code=code)


def unclear(name: str, wanted: str) -> Refused:
    """A parameter of the address that this interface does not understand."""
    return Refused(f"{spoken(name)}: {wanted}", code="PGRST100")


def no_filter() -> Refused:
    return Refused(_("Say which rows to change, such as ?conversation_id=eq.…"), code="21000")


def not_json(wanted: str) -> Refused:
    return Refused(wanted, code="PGRST102")


def wrong_media_type() -> Refused:
    return Refused(_("Send the header Content-Type: application/json."), code="PGRST107", status=415)


def too_large() -> Refused:
    return Refused(_("The request is too large."), code="too_large", status=413)
