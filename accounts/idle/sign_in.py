"""The way to the sign-in page, and from there back to the page somebody was on."""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseRedirectBase
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

IDLE: Final = "idle"
"""The word in the sign-in page's address that makes it say why."""


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether a stranger is being sent to the sign-in page."""
    return isinstance(response, HttpResponseRedirectBase) and urlsplit(response.url).path == reverse(settings.LOGIN_URL)


def to_sign_in(request: Any, response: HttpResponse) -> HttpResponse:
    """
    The same way, such that it leads back to a page.

    A form's own address is no page, and neither is that of a part of a page that htmx asks for. It
    would also put the sign-in page in the place of the part; so htmx is told to leave the page.
    """
    idle = getattr(request, "signed_out_idle", False)
    if request.method in ("GET", "HEAD") and not request.htmx and not idle:
        return response
    address = sign_in_address(page_of(request), idle=idle)
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def sign_in_address(page: str, *, idle: bool) -> str:
    """The sign-in page that leads to ``page``, and says that nobody did anything if ``idle``."""
    query = {REDIRECT_FIELD_NAME: page, **({IDLE: "1"} if idle else {})}
    return f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}"


def page_of(request: Any) -> str:
    """The page of the admin on which somebody asked for this; the first one if that cannot be told."""
    if request.method in ("GET", "HEAD") and not request.htmx:
        return str(request.get_full_path())
    told = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    return _own(request, told or "") or reverse("admin:index")


def _own(request: HttpRequest, address: str) -> str:
    """The path and the query of an address on this host below the admin; else nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.netloc != request.get_host() or not parts.path.startswith(reverse("admin:index")):
        return ""
    return urlunsplit(("", "", parts.path, parts.query, ""))
