"""Telling people, once, that promises are not being kept; and noticing that they are again."""

import math
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.queries import in_charge
from followups.alarms import sweep_has_stopped, too_few_succeed
from followups.measures import Measures, measure
from notifications.actions.notify import Text, notify
from notifications.states import NotificationType
from okta.alerts import close_alert, open_alert

SUCCESS = "followups.success"
STOPPED = "followups.stopped"


def watch() -> None:
    """
    Open and close the alerts about follow-ups, all judged by one reading of the rows.

    Any number of processes may do this at any time: the one that opens an alert tells the
    administrators of all clinics and the operators, in the same transaction.
    """
    now = measure()
    tries, age = now.last_hour, now.since_sweep
    _settle(SUCCESS, too_few_succeed(tries), f"{tries.succeeded} of {tries.number}", lambda _user: _success(now))
    _settle(STOPPED, sweep_has_stopped(age), f"last good sweep: {age or 'never'}", lambda _user: _stopped(now))


def _settle(kind: str, stands: bool | None, detail: str, compose: Callable[[User], Text]) -> None:
    if stands:
        _tell(kind, detail, compose)
    elif stands is False:
        close_alert(kind=kind)


@transaction.atomic
def _tell(kind: str, detail: str, compose: Callable[[User], Text]) -> None:
    alert_id = open_alert(kind=kind, detail=detail)
    if alert_id is None:
        return
    notify(
        recipients=list(in_charge()),
        type=NotificationType.ADMIN_ALERT,
        key=f"alert:{alert_id}",
        compose=compose,
        data={"type": NotificationType.ADMIN_ALERT.value, "alert": kind},
        collapse_id=f"alert:{alert_id}",
        urgent=True,
    )


def _success(now: Measures) -> Text:
    return Text(
        title=_("Too few follow-ups arrive"),
        body=_("In the last hour only %(succeeded)d of %(tries)d tries to deliver a follow-up succeeded.")
        % {"succeeded": now.last_hour.succeeded, "tries": now.last_hour.number},
    )


def _stopped(now: Measures) -> Text:
    title = _("Follow-ups are not being sent")
    if now.since_sweep is None:
        return Text(title, _("Nothing has looked for follow-ups that are due since the system was started."))
    minutes = math.ceil(now.since_sweep.total_seconds() / 60)
    body = ngettext(
        "Nothing has looked for follow-ups that are due for %d minute.",
        "Nothing has looked for follow-ups that are due for %d minutes.",
        minutes,
    )
    return Text(title, body % minutes)
