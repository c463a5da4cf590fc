from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from accounts.models import User
from okta.clock import local_date
from workouts.actions.rebuild_streak import store
from workouts.models import Streak
from workouts.streak_queries import as_stored, inferred_visits_count, replayed
from workouts.streaks import StreakState, Tally, advance, settle


@dataclass(frozen=True, slots=True)
class NewDay:
    """A workout that was just completed, or inferred; ``day`` is its ``completed_on``, None minutes are zero."""

    patient: User
    day: date
    minutes: int | None = None
    inferred: bool = False


def advance_streak(*, patient: User, day: date, minutes: int | None, now: datetime) -> StreakState:
    """Add one newly completed workout to a patient's streaks, as below; return them as they are today."""
    standings = advance_streaks(added=[NewDay(patient, day, minutes)])
    return settle(standings[patient.pk], today=local_date(now, patient.zone))


def advance_streaks(*, added: Sequence[NewDay]) -> dict[int, Tally]:
    """
    Add new workouts to the streaks of their patients, in the same few statements however many; return the tallies.

    In the transaction that completed or inferred them, under ``accounts.locks.lock_patient``, after an
    inferred one of a really trained day was superseded, and once for each workout.

    Adds to the stored row where that says the same as a replay. A late arrival, a day before the
    last one after travelling west, a row that is not there yet, or one from before the clinic
    changed its mind about inferred visits, replays.
    """
    counts_inferred = inferred_visits_count([one.patient for one in added])
    rows = {row.pk: row for row in Streak.objects.filter(pk__any_of=counts_inferred)}
    standings: dict[int, Tally] = {}
    for patient_id, days in _by_patient(added).items():
        row = rows.get(patient_id)
        if row is None or row.counts_inferred != counts_inferred[patient_id]:
            continue
        counted = [one for one in days if row.counts_inferred or not one.inferred]
        if row.last_workout_on is None or days[0].day >= row.last_workout_on:
            standings[patient_id] = _added(as_stored(row), counted)
    others = {patient_id: counts for patient_id, counts in counts_inferred.items() if patient_id not in standings}
    if others:
        standings |= replayed(others)
    store(standings, counts_inferred=counts_inferred)
    return standings


def _by_patient(added: Iterable[NewDay]) -> dict[int, list[NewDay]]:
    """The new workouts of each patient, the earliest day first."""
    days: dict[int, list[NewDay]] = {}
    for one in sorted(added, key=attrgetter("day")):
        days.setdefault(one.patient.pk, []).append(one)
    return days


def _added(standing: Tally, days: Iterable[NewDay]) -> Tally:
    for one in days:
        standing = advance(standing, day=one.day, minutes=0 if one.inferred else one.minutes)
    return standing
