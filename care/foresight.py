"""What would be settled or sent by an instant; reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.models import User
from accounts.queries import feature_on
from entrances.queries import evidence_for, pending_until
from entrances.rules import verdict
from feedback.queries import deliveries_until, summaries_until


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One row that would move: what it is, when, about whom, and what would become of it now."""

    what: str
    due_at: datetime
    patient: User
    outcome: str


def foresee(*, at: datetime, tenant_id: int | None) -> list[Foreseen]:
    """
    Everything due by ``at`` in one clinic or all, soonest first.

    What would become of each is judged by what is known now: a save, a visit or a workout in
    between changes it.
    """
    found = [*_deliveries(at), *_summaries(at), *_entrances(at)]
    mine = [item for item in found if tenant_id is None or item.patient.tenant_id == tenant_id]
    return sorted(mine, key=lambda item: item.due_at)


def _deliveries(at: datetime) -> Iterator[Foreseen]:
    for delivery in deliveries_until(at):
        on = feature_on(delivery.workout.tenant_id, FEEDBACK_NOTIFICATIONS)
        count: int = delivery.note_count  # type: ignore[attr-defined]  # annotated
        outcome = f"{count} notes of {delivery.doctor.name} would be sent" if count else "the card would be removed"
        yield Foreseen("notes", _due(delivery.due_at), delivery.workout.patient, outcome if on else "feature off")


def _summaries(at: datetime) -> Iterator[Foreseen]:
    for summary in summaries_until(at):
        on = feature_on(summary.patient.tenant_id, FEEDBACK_NOTIFICATIONS)
        yield Foreseen("feedback", _due(summary.due_at), summary.patient, "would be told" if on else "feature off")


def _entrances(at: datetime) -> Iterator[Foreseen]:
    for entrance in pending_until(at):
        status, because = verdict(evidence_for(entrance))
        yield Foreseen("app visit", entrance.window_ends_at, entrance.patient, f"{status} ({because.label})")


def _due(due_at: datetime | None) -> datetime:
    assert due_at is not None  # noqa: S101  only what is owed is asked for
    return due_at
