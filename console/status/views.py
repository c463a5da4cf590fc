"""The status page, and the part of it that the page asks for by itself."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.clinic_admin import is_operator
from accounts.idle.activity import by_itself
from accounts.models import Tenant
from console.doors import not_doctors, page, part, show
from console.reader import Reader
from console.status.figures import gather
from okta.clock import now as read_clock


@page(role=not_doctors, of_all=True)
def status(request: HttpRequest, reader: Reader | None) -> Any:
    """Whether everything runs, what waits, what succeeds, and what has failed."""
    return show(request, reader, "console/status/page.html", title=_("Status"), context=_context(request, reader))


@by_itself
@page(role=not_doctors, of_all=True)
def status_now(request: HttpRequest, reader: Reader | None) -> Any:
    """The same figures as they are now."""
    return part(request, reader, "console/status/figures.html", context=_context(request, reader))


def _context(request: HttpRequest, reader: Reader | None) -> dict[str, Any]:
    person: Any = request.user
    stands_above, now = is_operator(person), read_clock()
    clinic = _clinic(request, reader, stands_above)
    tenant_id = clinic.pk if clinic is not None else None
    return {
        "figures": gather(tenant_id=tenant_id, reader=person, in_detail=stands_above, now=now),
        "now": now,
        "stands_above": stands_above,
        "picked": reader.clinic if reader is not None else None,
        "clinic": clinic,
        # The page has a choice of its own, with all clinics in it.
        "may_pick": False,
    }


def _clinic(request: HttpRequest, reader: Reader | None, stands_above: bool) -> Tenant | None:
    """Whose figures: an administrator's own clinic's; for an operator all, or the picked one's where asked for."""
    if reader is None or (stands_above and request.GET.get("clinic") != "picked"):
        return None
    return reader.clinic
