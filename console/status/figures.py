"""Everything the status page tells, gathered at one moment, in as many queries however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from console.status import words
from console.status.charts import Chart, chart
from console.status.queries import Due, Failure, due, failures
from console.words import day_and_time
from followups import health as follow_ups
from followups.alarms import too_few_succeed
from followups.measures import Measures, Tries, measure, tries_by_hour
from followups.words import failure_in_words
from notifications import health as pushes
from notifications.measures import pushes_by_hour
from okta.queues import waiting
from okta.spans import ago, span
from okta.status import Line
from okta.sweeps import LATE_AFTER_INTERVALS, LastRun, is_late, last_runs

HEARTBEAT: Final = "okta.heartbeat"


@dataclass(frozen=True, slots=True)
class Told:
    """A failure in words, and where it is settled."""

    key: str
    what: str
    when: str
    at: datetime
    reason: str
    clinic: str
    link: str


@dataclass(frozen=True, slots=True)
class Figures:
    processes: Sequence[Line]
    sweeps: Sequence[Line]
    waiting: Sequence[Line]
    charts: Sequence[Chart]
    failures: Sequence[Told]
    failed: Line
    """How many follow-ups have failed and wait for somebody; more, perhaps, than are among the last failures."""

    @property
    def attention(self) -> int:
        """How many of the figures somebody should look at."""
        lines: list[Line | Chart] = [*self.processes, *self.sweeps, *self.waiting, *self.charts, self.failed]
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
        failures=[_told(failure, now=now, reader=reader, whose=tenant_id is None) for failure in failures(tenant_id)],
        failed=_failed(measured),
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


def _failed(measured: Measures) -> Line:
    if not measured.failed:
        return Line(_("Follow-ups"), "")
    said = (
        ngettext("%d failed follow-up waits for somebody", "%d failed follow-ups wait for somebody", measured.failed)
        % measured.failed
    )
    return Line(_("Follow-ups"), said, _("needs attention") if measured.failed_last_day else "")


def _told(failure: Failure, *, now: datetime, reader: User, whose: bool) -> Told:
    return Told(
        key=f"{failure.page}-{failure.pk}",
        what=str(words.FAILED[failure.page]),
        when=day_and_time(failure.at, now=now, zone=reader.zone),
        at=failure.at,
        reason=failure_in_words(failure.reason),
        clinic=(failure.clinic or _("no clinic yet")) if whose else "",
        link=reverse(f"admin:{failure.page}_change", args=[failure.pk]),
    )
