"""
Who comes in to the console, and what every page of it is made of.

A view is a function of the request, the ``Reader`` and what the address names, behind ``@page`` (read),
``@step`` (change) or ``@form`` (both). Strangers are sent to the admin's sign-in, people of another role get
403, and a row that is not the reader's does not exist: 404. ``tests/house/console_doors.py`` asks every address
as everybody.
"""

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, overload
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from accounts.clinic_admin import is_operator, is_staff_doctor
from accounts.models import Tenant, User
from accounts.readings import log_reading, note_reading, note_readings, note_still_reading
from console.reader import Reader, may_read

PICKED = "console_clinic"
"""Where an operator's session keeps the clinic they have picked."""

CLINIC = "Okta-Clinic"
"""The header in which a page says whose rows it shows."""

View = Callable[..., HttpResponse]
Role = Callable[[Any], bool]


def everybody(user: Any) -> bool:
    """Doctors, administrators and operators."""
    return may_read(user)


def not_doctors(user: Any) -> bool:
    """Administrators and operators."""
    return may_read(user) and not is_staff_doctor(user)


@overload
def page(view: View, *, role: Role = ..., of_all: bool = ...) -> View: ...
@overload
def page(view: None = None, *, role: Role = ..., of_all: bool = ...) -> Callable[[View], View]: ...
def page(view: View | None = None, *, role: Role = everybody, of_all: bool = False) -> Any:
    """
    A view that reads: GET.

    A page ``of_all`` clinics gets None for a reader when an operator has picked no clinic.
    """
    return _door(view, role, ("GET", "HEAD"), of_all)


def step(view: View | None = None, *, role: Role = everybody) -> Any:
    """A view that changes something: POST."""
    return _door(view, role, ("POST",))


def form(view: View | None = None, *, role: Role = everybody) -> Any:
    """A view that shows a form and takes it: GET and POST."""
    return _door(view, role, ("GET", "HEAD", "POST"))


def _door(view: View | None, role: Role, methods: tuple[str, ...], of_all: bool = False) -> Any:
    if view is None:
        return lambda later: _door(later, role, methods, of_all)
    inner = view

    @wraps(inner)
    def guarded(request: HttpRequest, **address: Any) -> Any:
        if not role(request.user):
            raise PermissionDenied
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        reader = reader_of(request)
        if reader is None and not of_all:
            return HttpResponseRedirect(_picking(request))
        if _is_of_another_clinic(request, reader):
            return HttpResponseClientRefresh()
        return inner(request, reader, **address)

    guarded.may_open = role  # type: ignore[attr-defined]  # the sidebar shows what the person may open
    guarded.methods = methods  # type: ignore[attr-defined]
    return admin.site.admin_view(guarded)


def reader_of(request: HttpRequest) -> Reader | None:
    """The reader; None for an operator who has picked no clinic, or one that is gone."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101  whoever is not signed in does not come here
    if person.tenant is not None:
        return Reader(person, person.tenant)
    picked = Tenant.objects.filter(pk=request.session.get(PICKED, 0)).first()
    return Reader(person, picked) if picked is not None else None


def _is_of_another_clinic(request: HttpRequest, reader: Reader | None) -> bool:
    """Whether the page that asks for a part of itself shows a clinic that its reader has left, in another window."""
    named = request.headers.get(CLINIC)
    return reader is not None and named not in (None, str(reader.clinic.pk))


def _picking(request: HttpRequest) -> str:
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    return f"{reverse('console:clinic')}?{urlencode(back)}"


def show(
    request: HttpRequest,
    reader: Reader | None,
    template: str,
    *,
    title: str,
    context: Mapping[str, Any],
    about: User | Collection[User] | None = None,
    row: object = None,
    page: str = "",
) -> Any:
    """
    A whole page, in the admin's frame; no reader is an operator who looks at all clinics.

    ``about`` is the patient whose page it is: that it was read is recorded, with the key of ``row``, as the
    ``page`` of this name, without one as the page of its address. Several patients are recorded one by one.
    """
    if isinstance(about, User):
        note_reading(**_reading(request, reader, page), row=row or about.pk, patient=about)
    elif about is not None:
        note_readings(**_reading(request, reader, page), patients=about)
    elif row is not None:
        log_reading(**_reading(request, reader, page), row=row)
    standing = {
        **admin.site.each_context(request),
        "title": title,
        "reader": reader,
        "may_pick": reader is not None and is_operator(reader.person),
    }
    return TemplateResponse(request, template, {**standing, **context})


def part(
    request: HttpRequest,
    reader: Reader | None,
    template: str,
    *,
    context: Mapping[str, Any],
    about: User | None = None,
    row: object = None,
    page: str = "",
) -> Any:
    """A part of a page that htmx puts into its place; ``about`` as in ``show``, where it brings more of a patient."""
    if about is not None:
        note_still_reading(**_reading(request, reader, page), row=row or about.pk, patient=about)
    return TemplateResponse(request, template, {"reader": reader, **context})


def _reading(request: HttpRequest, reader: Reader | None, page: str) -> dict[str, Any]:
    """Who reads what, for the record."""
    assert reader is not None  # noqa: S101  a page of a row is no page of all clinics
    assert request.resolver_match is not None  # noqa: S101  an address led here
    return {"reader": reader.person, "what": f"console.{page or request.resolver_match.url_name}"}
