"""Every page that a person can open, with whose it is. Whatever is missing here fails a test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from knox.models import AuthToken

from accounts.models import Tenant, User
from messaging.models import Conversation
from tests.admin.conftest import page as model_page
from tests.admin.test_doors import ADDED_BY_ADA
from tests.browser.world import World
from workouts.models import Exercise, Workout

Who = Literal["nobody", "dana", "omar", "ada", "olga"]


@dataclass(frozen=True)
class Page:
    """
    ``route`` is the name in the console of what is shown, if it is one of its pages.

    One ``of_model`` is built like all others of its kind: axe need not see it in both languages.
    """

    name: str
    path: Callable[[World], str]
    who: Who = "dana"
    route: str = ""
    of_model: bool = False


def console(route: str, at: Callable[[World], dict[str, object]] = lambda world: {}, **given: str) -> Page:
    name, query = given.pop("name", route), given.pop("query", "")
    return Page(name, lambda world: reverse(f"console:{route}", kwargs=at(world)) + query, route=route, **given)  # type: ignore[arg-type]


def in_conversation(world: World) -> dict[str, object]:
    return {"conversation_id": world.row(Conversation).pk}


def of_session(world: World) -> dict[str, object]:
    return {"workout_id": world.row(Workout).pk}


def of_note(world: World) -> dict[str, object]:
    return of_session(world) | {"exercise_id": world.row(Workout).exercises.get(position=1).pk}


CONSOLE = (
    console("front", name="overview-of-a-clinic", who="ada"),
    console("front", name="overview-of-all", who="olga"),
    console("clinic", who="olga"),
    console("status", who="ada"),
    console("status", name="status-of-all", who="olga"),
    console("today"),
    console("today", name="today-of-a-clinic", who="ada"),
    console("today", name="today-in-full", query="?only=notes"),
    console("today", name="today-needs-nobody", who="omar"),
    console("conversations"),
    console("conversations", name="conversations-found-nothing", query="?q=nobody"),
    console("conversation", in_conversation),
    console("sessions"),
    console("sessions", name="sessions-expanded", query="?view=expanded&flagged=1"),
    console("sessions", name="sessions-found-nothing", query="?q=nobody"),
    console("session", of_session),
    console("session", of_session, name="session-of-the-clinic", who="ada"),
    console("note", of_note),
    console("preview", of_session),
)

PLAIN = (
    Page("sign-in", lambda world: reverse("admin:login"), "nobody"),
    Page("change-password", lambda world: reverse("admin:password_change"), "ada"),
    Page("password-changed", lambda world: reverse("admin:password_change_done"), "ada"),
    Page("not-found", lambda world: "/nowhere/", "nobody"),
    Page("not-for-you", lambda world: reverse("console:clinic"), "ada"),
    # These look the same for rows of every kind.
    Page("history", lambda world: model_page(User, "history", world.dana.pk), "ada"),
    Page("delete", lambda world: model_page(AuthToken, "delete", world.row(AuthToken).pk), "ada"),
    Page("delete-not-possible", lambda world: model_page(Exercise, "delete", world.row(Exercise).pk), "ada"),
    Page("app", lambda world: reverse("admin:app_list", args=["workouts"]), "ada"),
)


def model_pages() -> Iterator[Page]:
    """The pages of every model: an operator's lists have a column more than an administrator's."""
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        yield from _pages_of(model)


def _pages_of(model: type[Model]) -> Iterator[Page]:
    name = model._meta.label_lower.replace(".", "-")
    yield _of_model(f"{name}-list", lambda world: model_page(model, "changelist"))
    yield _of_model(f"{name}-change", lambda world: model_page(model, "change", world.row(model).pk))
    if model in ADDED_BY_ADA | {Tenant}:
        yield _of_model(f"{name}-add", lambda world: model_page(model, "add"))


def _of_model(name: str, path: Callable[[World], str]) -> Page:
    return Page(name, path, "olga", of_model=True)


PAGES = (*CONSOLE, *PLAIN, *model_pages())
