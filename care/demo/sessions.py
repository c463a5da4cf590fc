"""Writing the workouts of the demo: the planned ones, and those that lie behind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Max

from accounts.models import User
from care.demo.people import Cared
from care.demo.programs import PROGRAMS, STORY_LENGTH, Assignment, Moment, Program
from messaging.models import Participant
from okta import clock
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.rules import SCALE_MAX
from workouts.states import Status

HISTORY = timedelta(weeks=5)
PLANNED_AT_LEAST = 3
BETWEEN_SESSIONS = timedelta(days=2)
# How much better or worse than usual the exercises of a session feel, turn by turn.
WOBBLE = (0, 1, -1, 0, 1, 0, -1)
# Any Monday: sessions are numbered from here, so that a day tells the same story whenever it is written.
EPOCH = date(2024, 1, 1)


def plan_ahead(cared: Cared, *, today: date) -> list[Workout]:
    """
    See to it that a patient has a workout planned for today, and two more for the days to come.

    What was planned for a day that has gone by is put off before anything new is planned. Returns
    what is planned from today on, the soonest first.
    """
    planned = Workout.objects.filter(patient=cared.patient, status=Status.PLANNED)
    missed = list(planned.filter(date_scheduled__lt=today).order_by("date_scheduled", "pk"))
    days = list(planned.filter(date_scheduled__gte=today).values_list("date_scheduled", flat=True))
    for day in _days_to_plan(days, today):
        if missed:
            workout = missed.pop(0)
            workout.date_scheduled = day
            workout.save(update_fields=["date_scheduled"])
        else:
            _write([Workout(**_people(cared), date_scheduled=day)])
    return list(planned.filter(date_scheduled__gte=today).order_by("date_scheduled", "pk"))


def _days_to_plan(days: Sequence[date], today: date) -> list[date]:
    """
    >>> _days_to_plan([date(2026, 4, 10)], date(2026, 4, 8))
    [datetime.date(2026, 4, 8), datetime.date(2026, 4, 12)]
    """
    new = [] if today in days else [today]
    while len(days) + len(new) < PLANNED_AT_LEAST:
        new.append(max([*days, *new]) + BETWEEN_SESSIONS)
    return new


def live_through(cared: Cared, *, today: date) -> list[Workout]:
    """
    Write the completed sessions of the last weeks that are not written yet, and return them.

    They start after the newest thing that is known of the patient, so what somebody has done by
    hand in between keeps its place.
    """
    program = PROGRAMS[cared.patient.email]
    start = max(_newest_day(cared.patient) + timedelta(days=1), today - HISTORY)
    days = [start + timedelta(days=n) for n in range((today - start).days)]
    sessions = [_session(cared, day) for day in days if day.weekday() in program.weekdays]
    return _write(sessions)


def _newest_day(patient: User) -> date:
    trained = Workout.objects.filter(patient=patient).aggregate(on=Max("completed_on"))["on"]
    talked = Participant.objects.filter(user=patient).aggregate(at=Max("conversation__last_activity_at"))["at"]
    known = [trained, clock.local_date(talked, patient.zone) if talked else None]
    return max((day for day in known if day is not None), default=date.min)


def _session(cared: Cared, day: date) -> Workout:
    program = PROGRAMS[cared.patient.email]
    turn = number(program, day)
    minutes = 7 * len(program.assignments) + 2 * (turn % 5) - program.usual_pain
    usually = datetime.combine(day, program.starts_at, tzinfo=cared.patient.zone)
    started_at = usually + timedelta(minutes=7 * (turn % 4))
    completed_at = started_at + timedelta(minutes=minutes)
    return Workout(
        **_people(cared),
        date_scheduled=day,
        status=Status.COMPLETED,
        started_at=started_at,
        completed_at=completed_at,
        completed_on=day,
        duration_minutes=minutes,
        created_at=completed_at - timedelta(days=7),
    )


def number(program: Program, day: date) -> int:
    """Which session of a program ``day`` is, counted from one fixed Monday."""
    weeks, weekday = divmod((day - EPOCH).days, 7)
    return weeks * len(program.weekdays) + sum(other < weekday for other in program.weekdays)


def place(program: Program, day: date) -> int:
    """Where in its story the session of ``day`` is."""
    return number(program, day) % STORY_LENGTH


def _people(cared: Cared) -> dict[str, User | int | None]:
    return {"tenant_id": cared.patient.tenant_id, "patient": cared.patient, "doctor": cared.owner}


def _write(workouts: Sequence[Workout]) -> list[Workout]:
    """Insert workouts with the exercises of their patients' programs."""
    Workout.objects.bulk_create(workouts)
    tenants = {workout.tenant_id for workout in workouts}
    library = {exercise.name: exercise for exercise in Exercise.objects.filter(tenant__in=tenants)}
    ExerciseInWorkout.objects.bulk_create(row for workout in workouts for row in _exercises(workout, library))
    return list(workouts)


def _exercises(workout: Workout, library: Mapping[str, Exercise]) -> Iterable[ExerciseInWorkout]:
    program = PROGRAMS[workout.patient.email]
    for position, assignment in enumerate(program.assignments, 1):
        row = ExerciseInWorkout(
            workout=workout,
            exercise=library[assignment.name],
            position=position,
            exercise_block=assignment.block,
            exercise_type=assignment.type,
            planned_sets=assignment.sets,
            planned_reps=assignment.reps,
            planned_duration_seconds=assignment.seconds,
        )
        if workout.completed_on is not None:
            _do(row, assignment, program, workout.completed_on)
        yield row


def _do(row: ExerciseInWorkout, assignment: Assignment, program: Program, day: date) -> None:
    moment = moment_of(program, day, row.position)
    wobble = WOBBLE[(number(program, day) + row.position) % len(WOBBLE)]
    row.pain = moment.pain if moment else max(0, program.usual_pain + wobble)
    row.exertion = moment.exertion if moment else min(SCALE_MAX, 5 + wobble)
    row.patient_notes = moment.note if moment else ""
    # Whoever is in pain stops a set early.
    row.actual_sets = assignment.sets - 1 if row.pain >= 7 and assignment.sets > 1 else assignment.sets
    row.actual_reps, row.actual_duration_seconds = assignment.reps, assignment.seconds


def moment_of(program: Program, day: date, position: int) -> Moment | None:
    """What stood out at one exercise of a day's session, if anything did."""
    moments = program.moments.get(place(program, day), ())
    return next((moment for moment in moments if moment.position == position), None)
