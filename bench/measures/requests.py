"""
What a request costs over HTTP, beside a bare view that does only the same statement.

Both are doors of one web process, started as in production, behind the same sign-in and middleware,
and are pressed by the same clients in turns. Every answer is looked at, and afterwards the rows are.
"""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from bench.cast import a_pair, a_workout, token
from bench.figures import Figure, Target, ratios, side_by_side
from bench.load import Client, Pressed, press
from bench.run import Run
from entrances.models import AppEntrance
from feedback.models import NoteDelivery
from messaging.actions.open_conversation import open_conversation
from okta.paging import PAGE_SIZE
from workouts.models import ExerciseInWorkout

TITLE = "Requests over HTTP"
CHEAP = Target(at_least=0.85)
# Longer than a page: its end must be looked for.
MESSAGES = 200
WRITE = """
    INSERT INTO messaging_message (conversation_id, seq, type, sender_id, content)
    SELECT %(conversation)s, n, 'TEXT', %(sender)s, 'How was the ' || n || 'th heel raise today?'
    FROM generate_series(1, %(number)s) AS n
"""
READ_UP_TO = "UPDATE messaging_conversation SET last_seq = %s WHERE id = %s"
NOTE = "Slower on the way down, {n}"

Clients = Sequence[Client]


@dataclass(frozen=True, slots=True)
class Plan:
    clients: tuple[int, ...]
    """How many ask at the same time, each on a connection of its own."""
    requests: int
    """Of all clients together, for one timing."""
    rounds: int = 5


QUICK = Plan(clients=(1, 16), requests=48)
FULL = Plan(clients=(1, 16), requests=160, rounds=11)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing asked of the product and of a bare view; each client has its own row."""

    name: str
    product: Clients
    bare: Clients
    check: Callable[[str, int], None]
    """Given the last body and the requests a client made, raises unless the rows are what was asked for."""
    target: Target | None = CHEAP


def measure(run: Run, plan: Plan) -> list[Figure]:
    """Each operation with each number of clients; both ways in turns."""
    most = max(plan.clients)
    run.say(f"{most} doctors, patients, notes and conversations")
    operations = [saves(most), visits(most), pages(most)]
    with run.web() as port:
        for operation in operations:
            for clients in (operation.product, operation.bare):
                press(port, clients, requests=10)
        return [beside_bare(operation, count, port, run, plan) for operation in operations for count in plan.clients]


def beside_bare(operation: Operation, count: int, port: int, run: Run, plan: Plan) -> Figure:
    """Requests a second of the product to those of the bare view."""
    run.say(f"{operation.name}, {count} at a time, {plan.rounds} rounds")
    pressed: dict[str, list[Pressed]] = {"product": [], "bare": []}
    each = max(1, plan.requests // count)

    def way(name: str, clients: Clients) -> float:
        seen = press(port, clients[:count], requests=each)
        if name == "product":
            operation.check(seen.last, each)
        pressed[name].append(seen)
        return seen.rate

    ways = {"product": partial(way, "product", operation.product), "bare": partial(way, "bare", operation.bare)}
    taken = side_by_side(ways, rounds=plan.rounds, chance=run.chance)
    samples = ratios(taken["product"], taken["bare"])
    name = f"{operation.name}, {count} at a time"
    return Figure(name, "× a bare view", samples, operation.target, shown(pressed))


def shown(pressed: Mapping[str, Sequence[Pressed]]) -> dict[str, float]:
    """Medians over the rounds."""
    found = {}
    for name, seen in pressed.items():
        found[f"{name}, requests/s"] = statistics.median(each.rate for each in seen)
        found[f"{name}, p50 ms"] = statistics.median(each.p50 for each in seen) * 1000
        found[f"{name}, p95 ms"] = statistics.median(each.p95 for each in seen) * 1000
    return found


def saves(count: int) -> Operation:
    """A doctor writes the same note again and again, as a page does that saves while she types."""
    product, bare, workouts = [], [], []
    for number in range(1, count + 1):
        workout = a_workout(number)
        key, pk = token(workout.doctor), workout.exercises.get().pk
        body = json.dumps({"doctorNotesPostExercise": NOTE})
        expected = f'"exerciseInWorkoutId":{pk},"doctorNotesPostExercise":"{NOTE}"'
        product.append(
            Client("PATCH", f"/v2/exercises/exercises-in-workout/{pk}/doctor-post-notes", key, body, expected)
        )
        bare.append(Client("PATCH", f"/v2/bare/notes/{pk}", key, body, expected))
        workouts.append(workout.pk)
    return Operation("note save", product, bare, partial(check_saved, workouts))


def check_saved(workouts: Sequence[int], last: str, each: int) -> None:
    """The last text stands, and so does the debt for it."""
    texts = ExerciseInWorkout.objects.filter(workout__in=workouts).values_list("doctor_notes_post_exercise", flat=True)
    owed = NoteDelivery.objects.filter(workout__in=workouts, due_at__isnull=False).count()
    if NOTE.replace("{n}", str(each - 1)) not in texts or owed != len(workouts) or '"state":"waiting"' not in last:
        raise AssertionError(f"{each} saves: {owed} of {len(workouts)} deliveries are owed; the last answer was {last}")


def visits(count: int) -> Operation:
    """A patient's app says again and again that it was opened."""
    patients = [a_pair(number).patient for number in range(1, count + 1)]
    keys = [token(patient) for patient in patients]
    expected = '{"status":"pending","entrance":{"id":'
    return Operation(
        "app-entrance log",
        [Client("POST", "/v2/app-entrances/log", key, "", expected) for key in keys],
        [Client("POST", "/v2/bare/visits", key, "", expected) for key in keys],
        partial(check_logged, [patient.pk for patient in patients]),
    )


def check_logged(patients: Sequence[int], last: str, each: int) -> None:
    """Every visit is in a row that waits for its window."""
    rows = AppEntrance.objects.filter(patient__in=patients, status="PENDING").count()
    if rows < len(patients):
        raise AssertionError(f"{each} visits of {len(patients)} patients: {rows} of them are recorded; {last}")


def pages(count: int) -> Operation:
    """A doctor opens a conversation: its newest messages."""
    product, bare = [], []
    for number in range(1, count + 1):
        pair = a_pair(number)
        conversation, _ = open_conversation(people=[pair.doctor, pair.patient], title="")
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"conversation": conversation.pk, "sender": pair.patient.pk, "number": MESSAGES}
            cursor.execute(WRITE, values)
            cursor.execute(READ_UP_TO, [MESSAGES, conversation.pk])
        key, expected = token(pair.doctor), f"How was the {MESSAGES - PAGE_SIZE + 1}th heel raise"
        product.append(Client("GET", f"/v2/conversations/{conversation.pk}/messages", key, "", expected))
        bare.append(Client("GET", f"/v2/bare/messages/{conversation.pk}", key, "", expected))
    # A page also says who may see it, from where to go on, and what its cards mean.
    return Operation("conversation page", product, bare, check_page, target=None)


def check_page(last: str, each: int) -> None:
    found = len(json.loads(last)["results"])
    if found != PAGE_SIZE:
        raise AssertionError(f"{each} pages: the last has {found} messages, not {PAGE_SIZE}")
