"""The admin's first page, which is another one for doctors, and where an operator picks a clinic."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.clinic_admin import is_operator, is_staff_doctor
from accounts.models import Tenant
from console.doors import PICKED


def _front(request: HttpRequest) -> Any:
    """A doctor's day begins with what needs them; everybody else gets the admin's overview."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if is_staff_doctor(request.user):
        return HttpResponseRedirect(reverse("console:today"))
    return admin.site.index(request)


def _clinic(request: HttpRequest) -> HttpResponse:
    """Which clinic an operator reads; GET asks, POST keeps the answer for as long as they are signed in."""
    if not is_operator(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _pick(request)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    context = {
        **admin.site.each_context(request),
        "title": _("Choose a clinic"),
        "clinics": Tenant.objects.order_by("name", "pk"),
        "picked": request.session.get(PICKED),
        "next": request.GET.get("next", ""),
    }
    return TemplateResponse(request, "console/clinic.html", context)


def _pick(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("clinic", "")
    clinic = Tenant.objects.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
    if clinic is None:
        raise Http404
    request.session[PICKED] = clinic.pk
    following = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(following if ours else reverse("console:today"))


_front.methods = ("GET", "HEAD")  # type: ignore[attr-defined]  # as a page's
_clinic.methods = ("GET", "HEAD", "POST")  # type: ignore[attr-defined]
front = admin.site.admin_view(_front)
clinic = admin.site.admin_view(_clinic)
