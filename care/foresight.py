"""What would be settled or sent by an instant; reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.models import Tenant, User
from accounts.queries import feature_on
from entrances.queries import evidence_of, pending_until
from entrances.rules import verdict
from feedback.queries import deliveries_until, summaries_until
from followups.addresses import address
from followups.parcels import Parcel
from followups.queries import follow_ups_until


@dataclass(frozen=True, slots=True)
class Foreseen:
    """
    One row that would move: what it is, when, about whom, and what would become of it now.

    A follow-up may be for a parent who is none of our people, and of no clinic yet.
    """

    what: str
    due_at: datetime
    clinic: Tenant | None
    patient: User | None
    outcome: str


def foresee(*, at: datetime, tenant_id: int | None) -> list[Foreseen]:
    """
    Everything due by ``at`` in one clinic or all, soonest first.

    What would become of each is judged by what is known now: a save, a visit or a workout in
    between changes it.
    """
    found = [*_deliveries(at), *_summaries(at), *_entrances(at), *_follow_ups(at)]
    mine = [item for item in found if tenant_id is None or (item.clinic and item.clinic.pk == tenant_id)]
    return sorted(mine, key=lambda item: item.due_at)


def _deliveries(at: datetime) -> Iterator[Foreseen]:
    for delivery in deliveries_until(at):
        on = feature_on(delivery.workout.tenant_id, FEEDBACK_NOTIFICATIONS)
        count: int = delivery.note_count  # type: ignore[attr-defined]  # annotated
        outcome = f"{count} notes of {delivery.doctor.name} would be sent" if count else "the card would be removed"
        yield _about(delivery.workout.patient, "notes", _due(delivery.due_at), outcome if on else "feature off")


def _summaries(at: datetime) -> Iterator[Foreseen]:
    for summary in summaries_until(at):
        on = feature_on(summary.patient.tenant_id, FEEDBACK_NOTIFICATIONS)
        yield _about(summary.patient, "feedback", _due(summary.due_at), "would be told" if on else "feature off")


def _entrances(at: datetime) -> Iterator[Foreseen]:
    entrances = pending_until(at)
    evidence = evidence_of(entrances)
    for entrance in entrances:
        status, because = verdict(evidence[entrance.pk])
        yield _about(entrance.patient, "app visit", entrance.window_ends_at, f"{status} ({because.label})")


def _follow_ups(at: datetime) -> Iterator[Foreseen]:
    rows = {row.pk: row for row in follow_ups_until(at)}
    parcels = address(list(rows))
    ids = {parcel.person_id for parcel in parcels if parcel.person_id is not None}
    people = User.objects.select_related("tenant").in_bulk(ids)
    for parcel in parcels:
        row, patient = rows[parcel.id], people.get(parcel.person_id or 0)
        due_at: datetime = row.due_at  # type: ignore[attr-defined]  # annotated
        yield Foreseen("follow-up", due_at, row.tenant, patient, _said(parcel))


def _said(parcel: Parcel) -> str:
    if parcel.is_empty:
        return "would fail (empty)"
    places = ", ".join(target.platform for target in parcel.targets)
    return f"would be pushed ({places})" if places else "would be said in the app"


def _about(patient: User, what: str, due_at: datetime, outcome: str) -> Foreseen:
    return Foreseen(what, due_at, patient.tenant, patient, outcome)


def _due(due_at: datetime | None) -> datetime:
    assert due_at is not None  # noqa: S101  only what is owed is asked for
    return due_at
