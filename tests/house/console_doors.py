"""
Every door of the console, and what it answers to each of the staff and to strangers.

The rows asked for are Pat's and Dana's. In: the page, or the redirect after a change. 404: not there for you.
403: the wrong role. SIGN_IN: sent to the admin's sign-in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from feedback.rules import fingerprint
from tests.house.browsers import SIGN_IN, Answer
from tests.house.doors import World, the

ROLES: Final = (
    "nobody",
    "pat",
    "dana without a way in",
    "dana",
    "omar",
    "stella",
    "ada",
    "ada of the other clinic",
    "operator",
    "operator at the other clinic",
)


@dataclass(frozen=True)
class ConsoleDoor:
    """One method of one route; ``expect`` in the order of ROLES."""

    method: str
    route: str
    expect: tuple[Answer, ...]
    at: Callable[[World], Mapping[str, Any]] = lambda world: {}
    form: Callable[[World], Mapping[str, Any]] = lambda world: {}
    part: bool = False
    """A part of a page, fetched by the page itself: that the page was read has been recorded."""


STRANGERS = (SIGN_IN, SIGN_IN, SIGN_IN)


def everybody(inside: int) -> tuple[Answer, ...]:
    """Lists: the staff finds its own rows there, and no others."""
    return (*STRANGERS, *[inside] * 7)


def administrators(inside: int) -> tuple[Answer, ...]:
    """Not for doctors."""
    return (*STRANGERS, 403, 403, 403, *[inside] * 4)


def of_pat(inside: int) -> tuple[Answer, ...]:
    """Pat's doctor, Pat's clinic, and the operator who looks at it."""
    return (*STRANGERS, inside, 404, 404, inside, 404, inside, 404)


def written(inside: int) -> tuple[Answer, ...]:
    """What those write who take part: Pat's doctor. The clinic and its operator read it."""
    return (*STRANGERS, inside, 404, 404, 403, 404, 403, 404)


OPERATORS = (*STRANGERS, 403, 403, 403, 403, 403, 200, 200)
THREAD = the("conversation_id", "conversation")
SESSION = the("workout_id", "done")
SESSION_NOTE = "/admin/sessions/<int:workout_id>/notes/<int:exercise_id>/"


def promise(world: World) -> dict[str, Any]:
    return {"display_text": "How is it going?", "urgency": "routine", "when": "in_1_hour"}


def reply(world: World) -> dict[str, Any]:
    return {"content": "How is it going?", "client_message_id": "3f6e2f64-2f0e-4d3a-9f57-0d8f6a1c9b11"}


def failed(world: World) -> dict[str, Any]:
    return {"follow_up": world.failed_follow_up.pk}


def the_note(world: World) -> dict[str, Any]:
    return {"workout_id": world.done.pk, "exercise_id": world.exercise.pk}


def typed(world: World) -> dict[str, Any]:
    return {"text": "Slow down", "begun": fingerprint("Good depth")}


def on_its_way(world: World) -> dict[str, Any]:
    return {"delivery": world.delivery.pk}


CONSOLE = (
    ConsoleDoor("GET", "/admin/", (*STRANGERS, 302, 302, 302, 200, 200, 200, 200)),
    ConsoleDoor("GET", "/admin/clinic/", OPERATORS),
    ConsoleDoor(
        "POST",
        "/admin/clinic/",
        (*STRANGERS, 403, 403, 403, 403, 403, 302, 302),
        form=lambda world: {"clinic": world.make.clinic.pk},
    ),
    ConsoleDoor("GET", "/admin/status/", administrators(200)),
    ConsoleDoor("GET", "/admin/status/now/", administrators(200), part=True),
    ConsoleDoor("GET", "/admin/today/", everybody(200)),
    ConsoleDoor("GET", "/admin/today/now/", everybody(200), part=True),
    ConsoleDoor("GET", "/admin/conversations/", everybody(200)),
    ConsoleDoor("GET", "/admin/conversations/rows/", everybody(200), part=True),
    ConsoleDoor("GET", "/admin/conversations/<uuid:conversation_id>/", of_pat(200), at=THREAD),
    ConsoleDoor("GET", "/admin/conversations/<uuid:conversation_id>/since/", of_pat(200), at=THREAD, part=True),
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/reply/", written(302), at=THREAD, form=reply),
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/read/", written(302), at=THREAD),
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/schedule/", written(302), at=THREAD, form=promise),
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/cancel/", of_pat(302), at=THREAD),
    # Nobody has cancelled anything, so there is nothing to bring back.
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/restore/", of_pat(404), at=THREAD),
    ConsoleDoor("POST", "/admin/conversations/<uuid:conversation_id>/retry/", of_pat(302), at=THREAD, form=failed),
    ConsoleDoor("GET", "/admin/sessions/", everybody(200)),
    ConsoleDoor("GET", "/admin/sessions/<int:workout_id>/", of_pat(200), at=SESSION),
    ConsoleDoor("GET", SESSION_NOTE, written(200), at=the_note),
    ConsoleDoor(
        "POST", "/admin/sessions/<int:workout_id>/notes/<int:exercise_id>/", written(302), at=the_note, form=typed
    ),
    ConsoleDoor("GET", "/admin/sessions/<int:workout_id>/delivery/", of_pat(200), at=SESSION, part=True),
    ConsoleDoor("POST", "/admin/sessions/<int:workout_id>/send-now/", of_pat(302), at=SESSION, form=on_its_way),
    ConsoleDoor("POST", "/admin/sessions/<int:workout_id>/hold/", of_pat(302), at=SESSION, form=on_its_way),
    ConsoleDoor("POST", "/admin/sessions/<int:workout_id>/resume/", of_pat(302), at=SESSION, form=on_its_way),
    ConsoleDoor("GET", "/admin/sessions/<int:workout_id>/preview/", of_pat(200), at=SESSION),
)
