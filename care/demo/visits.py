"""Writing what came of days on which a demo patient opened the app and did not train."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from care.demo.people import Cared
from care.demo.programs import PROGRAMS
from care.demo.sessions import number
from entrances.models import AppEntrance
from entrances.states import Reason, Status
from workouts.actions.mirror import Copy, mirror_workouts
from workouts.models import Workout

OPENED_AT = time(20, 15)
WINDOW = timedelta(hours=2)
# One visit after every fourth session.
EVERY, AFTER = 4, 2


def open_the_app(cared: Cared, lived: Sequence[Workout], *, today: date) -> int:
    """Write the inferred visits between sessions that were just written; return how many."""
    program = PROGRAMS[cared.patient.email]
    visits = 0
    for session in lived:
        if session.completed_on is None or number(program, session.completed_on) % EVERY != AFTER:
            continue
        day = session.completed_on + timedelta(days=1)
        if day < today and day.weekday() not in program.weekdays:
            _visit(cared, session, day)
            visits += 1
    return visits


def _visit(cared: Cared, session: Workout, day: date) -> None:
    opened_at = datetime.combine(day, OPENED_AT, tzinfo=cared.patient.zone)
    [mirror_id] = mirror_workouts(copies=[Copy(session.pk, on=day, seen_at=opened_at)])
    AppEntrance.objects.create(
        tenant_id=session.tenant_id,
        patient=cared.patient,
        local_date=day,
        zone=str(cared.patient.zone),
        status=Status.FINALIZED_TO_INFERRED_WORKOUT,
        reason=Reason.LAST_WORKOUT,
        opened_at=opened_at,
        last_seen_at=opened_at,
        window_ends_at=opened_at + WINDOW,
        settled_at=opened_at + WINDOW,
        inferred_workout_id=mirror_id,
    )
