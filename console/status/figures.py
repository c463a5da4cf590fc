"""Everything the status page tells, gathered at one moment, in as many queries however much there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from console.status import words
from console.status.charts import Chart, chart
from console.status.failed import Told, Unsettled, told, unsettled
from console.status.queries import Due, due, failures, given_up
from followups import health as follow_ups
from followups.alarms import too_few_succeed
from followups.measures import Measures, Tries, measure, tries_by_hour
from notifications import health as pushes
from notifications.measures import pushes_by_hour
from okta.queues import waiting
from okta.spans import ago, span
from okta.status import Line
from okta.sweeps import LATE_AFTER_INTERVALS, LastRun, is_late, last_runs

HEARTBEAT: Final = "okta.heartbeat"


@dataclass(frozen=True, slots=True)
class Figures:
    processes: Sequence[Line]
    sweeps: Sequence[Line]
    waiting: Sequence[Line]
    charts: Sequence[Chart]
    failures: Sequence[Told]
    unsettled: Sequence[Unsettled]

    @property
    def attention(self) -> int:
        """How many of the figures somebody should look at."""
        figures = (self.processes, self.sweeps, self.waiting, self.charts, self.unsettled)
        lines: Iterable[Line | Chart | Unsettled] = chain.from_iterable(figures)
        return sum(bool(line.trouble) for line in lines)


def gather(*, tenant_id: int | None, reader: User, in_detail: bool, now: datetime) -> Figures:
    """
    The figures of a clinic, or of all, in words for this reader.

    ``in_detail`` tells what a sweep that failed had raised. ``now`` only names hours and days: what is due, late
    or of the last day is judged by the database's clock.
    """
    runs, measured = last_runs(), measure(tenant_id=tenant_id)
    return Figures(
        processes=_processes(runs),
        sweeps=[_sweep(kind, run, in_detail=in_detail) for kind, run in runs.items()],
        waiting=_waiting(measured, due(tenant_id)),
        charts=_charts(measured, tenant_id, now.astimezone(reader.zone)),
        failures=told(failures(tenant_id), now=now, reader=reader, whose=tenant_id is None),
        unsettled=unsettled(measured, given_up(tenant_id)),
    )


def _processes(runs: dict[str, LastRun]) -> list[Line]:
    """Whether beat, a worker and the database work together, and whether the broker answers."""
    beat, queues = runs[HEARTBEAT].good_age, waiting()
    lines = [Line(_("Last heartbeat"), ago(beat), _("late") if is_late(HEARTBEAT, beat) else "")]
    if queues is None:
        down = _("It does not answer. Nothing is lost: sweeps do the work once it does.")
        return [*lines, Line(_("Broker"), down, _("needs attention"))]
    lengths = [
        Line(str(words.QUEUES.get(name, name)), ngettext("%d message", "%d messages", number) % number)
        for name, number in queues.items()
    ]
    return [*lines, Line(_("Broker"), _("It answers.")), *lengths]


def _sweep(kind: str, run: LastRun, *, in_detail: bool) -> Line:
    late = _("late") if is_late(kind, run.good_age) else ""
    label = str(words.SWEEPS.get(kind, kind))
    if run.age is None:
        return Line(label, _("It has not run yet."), late)
    told = [ago(run.age), words.outcome(run, in_detail=in_detail)]
    if run.ok and not run.rows:
        told.append(_("nothing to do"))
    elif run.ok:
        told.append(ngettext("%d row found", "%d rows found", run.rows) % run.rows)
        told.append(_("the oldest was %s late") % span(run.lag) if run.lag else _("nothing was late"))
    else:
        told.append(_("went well %s") % ago(run.good_age) if run.good_age else _("has never gone well"))
    return Line(label, " · ".join(told), late)


def _waiting(measured: Measures, others: dict[str, Due]) -> list[Line]:
    found = {"followups_followuprequest": Due(measured.due, measured.oldest_due), **others}
    return [_due(page, str(label), found[page]) for page, label in words.WAITING.items()]


def _due(page: str, label: str, found: Due) -> Line:
    if not found.number:
        return Line(label, _("nothing is due"))
    said = _("%(number)d due, the oldest for %(span)s") % {"number": found.number, "span": span(found.oldest)}
    return Line(label, said, _("needs attention") if found.oldest > _too_late(page) else "")


def _too_late(page: str) -> timedelta:
    """When what is sent within seconds is late; of the rest, what its sweep should have found long ago."""
    if page == "followups_followuprequest":
        return follow_ups.TOO_LATE
    if page == "notifications_push":
        return pushes.TOO_LATE
    every: timedelta = settings.SWEEPS["entrances.sweep" if page == "entrances_appentrance" else "feedback.sweep"]
    return every * LATE_AFTER_INTERVALS


def _charts(measured: Measures, tenant_id: int | None, now: datetime) -> list[Chart]:
    alarming = _("needs attention") if too_few_succeed(measured.last_hour) else ""
    pushed = [Tries(*hour) for hour in pushes_by_hour(tenant_id=tenant_id)]
    return [
        chart("follow-ups", _("Follow-ups"), tries_by_hour(tenant_id=tenant_id), trouble=alarming, now=now),
        chart("pushes", _("Pushes"), pushed, trouble="", now=now),
    ]
