"""The table of sessions and its filters; each of them survives the others, and the turning of a page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from console.doors import page, show
from console.paging import cut
from console.reader import Reader
from console.sessions.queries import sessions_of
from console.sessions.rows import rows_of
from console.sessions.states import Kind, Width
from okta.clock import now as read_clock
from workouts.models import Workout


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what it asks for in words nobody knows, it does not ask for."""

    kind: Kind
    width: Width
    flagged: bool
    patient: User | None
    name: str

    @property
    def narrows(self) -> bool:
        """Whether anything but the width was asked for."""
        return bool(self.kind or self.flagged or self.patient or self.name)


@page
def sessions(request: HttpRequest, reader: Reader) -> Any:
    """The sessions of the reader's patients, the newest first."""
    asked = _asked(request.GET, reader)
    rows = sessions_of(reader, kind=asked.kind, only_flagged=asked.flagged, patient=asked.patient, name=asked.name)
    found = cut(request, rows)
    context = {
        "asked": asked,
        "rows": rows_of(found.rows, reader=reader.person, now=read_clock()),
        "page": found,
        "kinds": Kind.choices,
        "widths": [(label, _question(request, view=value), value == asked.width) for value, label in Width.choices],
        "everybody": _question(request, patient=""),
    }
    template = "console/sessions/list.html"
    about, width = _read(asked, found.rows), f"sessions.{asked.width}".rstrip(".")
    return show(request, reader, template, title=_("Sessions"), context=context, about=about, page=width)


def _read(asked: Asked, shown: Sequence[Workout]) -> User | Collection[User] | None:
    """Whose data is read: the patient's who was asked for; expanded, with whole notes, that of all who are shown."""
    if asked.patient is not None or asked.width == Width.COMPACT:
        return asked.patient
    return dict.fromkeys(workout.patient for workout in shown)


def _asked(given: QueryDict, reader: Reader) -> Asked:
    kind, view, patient = given.get("kind", ""), given.get("view", ""), given.get("patient", "")
    known = patient.isdecimal() and len(patient) < 19
    return Asked(
        kind=Kind(kind) if kind in Kind.values else Kind.DONE,
        width=Width(view) if view in Width.values else Width.COMPACT,
        flagged=given.get("flagged") == "1",
        patient=reader.patients().filter(pk=int(patient)).first() if known else None,
        name=given.get("q", "").strip(),
    )


def _question(request: HttpRequest, **other: str) -> str:
    """The same question from its first page on, with other words in it; an empty word takes one out."""
    question = request.GET.copy()
    for name in ("page", *other):
        question.pop(name, None)
    for name, value in other.items():
        if value:
            question[name] = value
    return f"?{question.urlencode()}"
