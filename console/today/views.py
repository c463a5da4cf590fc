"""The page of today, the same again for the page that looks by itself, and one section of it in full."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.idle.activity import by_itself
from console.countdown import only_what_is_left
from console.doors import page, part, show
from console.paging import cut
from console.reader import Reader
from console.today.sections import Kind, Section, countdowns, kind_called, sections
from okta.clock import local_date
from okta.clock import now as read_clock


@page
def today(request: HttpRequest, reader: Reader) -> Any:
    """What needs the reader now; with ``?only=`` all of one section."""
    now, kind = read_clock(), kind_called(request.GET.get("only", ""))
    if kind is not None:
        return _in_full(request, reader, kind, now)
    context = {"day": local_date(now, reader.person.zone), **_standing(sections(reader, now=now))}
    return show(request, reader, "console/today/page.html", title=_("Today"), context=context)


@by_itself
@page
def today_now(request: HttpRequest, reader: Reader) -> Any:
    """The sections again, for a page that shows them; only what is left when they are as that page knows them."""
    found = sections(reader, now=read_clock())
    standing = _standing(found)
    if request.GET.get("seen") == standing["seen"]:
        return only_what_is_left(countdowns(found))
    return part(request, reader, "console/today/now.html", context=standing)


def _standing(found: Sequence[Section]) -> dict[str, Any]:
    # Every word of the sections is in it, and none of their countdowns: those go on by themselves.
    seen = hashlib.sha256(repr(found).encode()).hexdigest()[:16]
    return {"sections": found, "quiet": not any(section.count for section in found), "seen": seen}


def _in_full(request: HttpRequest, reader: Reader, kind: Kind, now: datetime) -> Any:
    found = cut(request, kind.find(reader, now))
    context = {
        "kind": kind,
        "hint": kind.meaning(reader),
        "lines": kind.say(reader, found.rows, now=now),
        "page": found,
    }
    return show(request, reader, "console/today/in_full.html", title=str(kind.title), context=context)
