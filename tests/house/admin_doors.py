"""
Every door of the admin beside the console: the pages of each model, and the few that are no model's.

They are asked by those whose business they are not, with the keys of Pat's clinic: by strangers, by doctors, and by
the administrator of another clinic. What Pat's own administrator and operators get is in ``tests/admin``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.views.generic import RedirectView
from knox.models import AuthToken

from accounts.models import Tenant, TenantSettings, User
from tests.admin.conftest import Rows
from tests.admin.test_doors import ADDED_BY_ADA, CLINICS
from tests.house.browsers import SIGN_IN, Answer
from workouts.models import Exercise, Workout

OUTSIDERS: Final = ("nobody", "pat", "dana without a way in", "dana", "omar", "stella", "ada of the other clinic")
STRANGERS = (SIGN_IN, SIGN_IN, SIGN_IN)
CHANGED_BY_ADA = {Tenant, TenantSettings, User, Exercise, Workout}
REMOVED_BY_ADA = {AuthToken, Exercise, Workout}


def inside(doctor: Answer, administrator: Answer) -> tuple[Answer, ...]:
    """What those get whom the admin lets in; strangers sign in first."""
    return (*STRANGERS, doctor, doctor, doctor, administrator)


@dataclass(frozen=True)
class ModelPage:
    """A page that Django makes for a model, and what of the model's own admin it must be served by."""

    model: type[Model]
    route: str
    served_by: Callable[..., Any]

    def expect(self, method: str) -> tuple[Answer, ...]:
        """The wrong role is told first, then what nobody may do, then that the row is not there."""
        if self.served_by is RedirectView:
            return inside(302, 302)
        may = CLINICS & self._open_to(method)
        return inside(403, 403 if self.model not in may else 404 if "<" in self.route else 200)

    def _open_to(self, method: str) -> set[type[Model]]:
        if self.route.endswith("/add/"):
            return ADDED_BY_ADA
        if self.route.endswith("/delete/"):
            return REMOVED_BY_ADA
        return CHANGED_BY_ADA if self.route.endswith("/change/") and method == "POST" else CLINICS


def model_pages() -> Iterator[ModelPage]:
    """All of them. What else a model's admin serves belongs into a table, with what it answers to each."""
    for model, shown in admin.site._registry.items():
        above = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield ModelPage(model, above, shown.changelist_view)
        yield ModelPage(model, f"{above}add/", shown.add_view)
        yield ModelPage(model, f"{above}<path:object_id>/history/", shown.history_view)
        yield ModelPage(model, f"{above}<path:object_id>/delete/", shown.delete_view)
        yield ModelPage(model, f"{above}<path:object_id>/change/", shown.change_view)
        # Leads to the page before it, whatever the key.
        yield ModelPage(model, f"{above}<path:object_id>/", RedirectView)
        if isinstance(shown, UserAdmin):
            yield ModelPage(model, f"{above}<id>/password/", shown.user_change_password)


@dataclass(frozen=True)
class OtherDoor:
    """A page that is no model's, and what it answers when it is read and when it is written to."""

    route: str
    get: tuple[Answer, ...]
    post: tuple[Answer, ...]
    example: Callable[[Rows], str] = lambda rows: ""


APPS = "|".join(dict.fromkeys(model._meta.app_label for model in admin.site._registry))
NOT_SO = inside(405, 405)

OTHERS = (
    OtherDoor("/admin/login/", get=(*[200] * 3, *[302] * 4), post=(200,) * 7),
    OtherDoor("/admin/logout/", get=(*[302] * 3, *[405] * 4), post=(*[302] * 3, *[200] * 4)),
    OtherDoor("/admin/password_change/", get=inside(200, 200), post=inside(200, 200)),
    OtherDoor("/admin/password_change/done/", get=inside(200, 200), post=NOT_SO),
    OtherDoor("/admin/language/", get=inside(302, 302), post=inside(302, 302)),
    OtherDoor("/admin/idle/", get=inside(200, 200), post=NOT_SO),
    OtherDoor("/admin/still-here/", get=NOT_SO, post=inside(200, 200)),
    OtherDoor("/admin/jsi18n/", get=inside(200, 200), post=NOT_SO),
    OtherDoor(
        "/admin/search/",
        get=inside(200, 200),
        post=inside(200, 200),
        example=lambda rows: "/admin/search/?extended=1&s=pat",
    ),
    OtherDoor(
        "/admin/autocomplete/",
        get=inside(403, 200),
        post=NOT_SO,
        example=lambda rows: "/admin/autocomplete/?app_label=accounts&model_name=carelink&field_name=patient&term=pat",
    ),
    # No row of ours is shown anywhere but in the admin.
    OtherDoor(
        "/admin/r/<path:content_type_id>/<path:object_id>/",
        get=inside(404, 404),
        post=inside(404, 404),
        example=lambda rows: f"/admin/r/{ContentType.objects.get_for_model(User).pk}/{rows[User].pk}/",
    ),
    OtherDoor(
        f"/admin/^(?P<app_label>{APPS})/$",
        get=inside(404, 200),
        post=inside(404, 200),
        example=lambda rows: "/admin/accounts/",
    ),
    OtherDoor(
        "/admin/(?P<url>.*)$",
        get=inside(404, 404),
        post=inside(404, 404),
        example=lambda rows: "/admin/nowhere/",
    ),
)
