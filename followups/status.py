"""How follow-ups are doing, in words, for the admin's first page."""

import math
from typing import Any

from django.utils.translation import gettext as _

from accounts.clinic_admin import is_clinic_admin, is_operator
from followups.alarms import too_few_succeed
from followups.health import TOO_LATE
from followups.measures import SWEEP, Measures, Tries, measure
from okta.spans import ago, span
from okta.status import Block, Line
from okta.sweeps import is_late


def block(user: Any) -> Block | None:
    """The own clinic's figures for its administrators, those of all for operators."""
    if not (is_operator(user) or is_clinic_admin(user)):
        return None
    return Block(_("Follow-ups now"), _lines(measure(tenant_id=user.tenant_id)))


def _lines(now: Measures) -> list[Line]:
    look = _("needs attention")
    return [
        Line(_("due"), str(now.due)),
        Line(_("waiting longest"), span(now.oldest_due), look if now.oldest_due > TOO_LATE else ""),
        Line(_("delivered in the last hour"), rate(now.last_hour), look if too_few_succeed(now.last_hour) else ""),
        Line(_("delivered in the last day"), rate(now.last_day)),
        Line(
            _("failed"),
            _("%(all)d, in the last day %(lately)d") % {"all": now.failed, "lately": now.failed_last_day},
            look if now.failed_last_day else "",
        ),
        Line(_("last sweep"), ago(now.since_sweep), look if is_late(SWEEP, now.since_sweep) else ""),
    ]


def rate(tries: Tries) -> str:
    """How many tries succeeded, of how many, and the part of a hundred that is."""
    if tries.rate is None:
        return _("nothing tried")
    # Rounded down: 94.99 % is not 95 %.
    percent = math.floor(tries.rate * 1000) / 10
    return _("%(succeeded)d of %(tries)d tries (%(percent)s %%)") % {
        "succeeded": tries.succeeded,
        "tries": tries.number,
        "percent": f"{percent:g}",
    }
