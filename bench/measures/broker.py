"""
Messages in the broker for a burst of saves of one note, within one quiet period.

Every burst has a workout of its own, so that many wait at the same time in front of a real worker.
The naive way is a countdown task for each save; its messages are counted and go where no worker reads
them, for a thousand of them would make ours late. Counted is what the broker itself was told.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.test import override_settings

from bench.broker import COUNTED_ONLY, Kind, Watch
from bench.cast import a_workout
from bench.figures import Figure, Target
from bench.run import Run, TookTooLong, until
from feedback.actions.save_notes import save_notes
from feedback.models import NoteDelivery
from workouts.models import Workout

TITLE = "Messages for a burst of saves"
OURS, NAIVE = "feedback.deliver_notes", "bench.look_again"
PUBLISHED, OUTSTANDING = Target(at_most=2), Target(at_most=1)
# A quiet period that a burst ends within even on a busy machine.
SHORTEST, A_SAVE = 3.0, 0.02
LOOKS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    bursts: tuple[int, ...]
    """How many saves."""
    rounds: int = 5


QUICK = Plan(bursts=(1, 10, 100))
FULL = Plan(bursts=(1, 10, 100, 1_000))


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst that is over; its delivery may still wait."""

    saves: int
    kind: Kind
    held: int
    """Messages in the broker when the burst ended, before the first could have been run."""


def measure(run: Run, plan: Plan) -> list[Figure]:
    """Both ways in turns, then a wait until the last notes are delivered and no message of ours is left."""
    done: list[Burst] = []
    with Watch(settings.CELERY_BROKER_URL) as watch, run.worker(os.environ):
        for saves in plan.bursts:
            run.say(f"bursts of {saves:,}, {plan.rounds} rounds")
            for _ in range(plan.rounds):
                done += [burst(way, saves, watch) for way in run.chance.sample((ours, naive), 2)]
        run.say("waiting for the quiet periods to end")
        until(lambda: all_over(done, watch), seconds=quiet_period(max(plan.bursts)) + 120, what="the deliveries")
    return [figure for saves in plan.bursts for figure in figures(saves, done, watch)]


def burst(way: Callable[[Workout, int, float], Kind], saves: int, watch: Watch) -> Burst:
    workout, quiet = a_workout(), quiet_period(saves)
    began = time.monotonic()
    kind = way(workout, saves, quiet)
    # A message that a worker is just taking is in neither place for a moment.
    held = max(watch.held(kind) for _ in range(LOOKS))
    if time.monotonic() - began > quiet:
        raise TookTooLong(f"{saves} saves outlasted their quiet period of {quiet:.0f} s: the machine is too busy.")
    return Burst(saves, kind, held)


def ours(workout: Workout, saves: int, quiet: float) -> Kind:
    """As the API saves a note."""
    [exercise] = workout.exercises.values_list("pk", flat=True)
    with override_settings(FEEDBACK_QUIET_PERIOD=timedelta(seconds=quiet)):
        for number in range(saves):
            delivery = save_notes(workout=workout, doctor=workout.doctor, texts={exercise: f"Slower, {number}"})
    return OURS, delivery.pk


def naive(workout: Workout, saves: int, quiet: float) -> Kind:
    """The note written, and a countdown started, each time."""
    delivery = NoteDelivery.objects.create(workout=workout, doctor=workout.doctor)
    for number in range(saves):
        workout.exercises.update(doctor_notes_post_exercise=f"Slower, {number}")
        named = {"delivery_id": delivery.pk}
        current_app.send_task(NAIVE, kwargs=named, countdown=quiet, queue=COUNTED_ONLY, retry=False)
    return NAIVE, delivery.pk


def quiet_period(saves: int) -> float:
    return max(SHORTEST, saves * A_SAVE)


def all_over(done: list[Burst], watch: Watch) -> bool:
    """Every note has been delivered as last saved, and no message about it is left."""
    mine = {burst.kind[1]: burst.saves for burst in done if burst.kind[0] == OURS}
    delivered = dict(NoteDelivery.objects.filter(pk__in=mine).values_list("pk", "delivered_rev"))
    time.sleep(0.2)  # Between two looks: they are not what is measured.
    return delivered == mine and not any(watch.held(burst.kind) for burst in done if burst.kind[0] == OURS)


def figures(saves: int, done: list[Burst], watch: Watch) -> list[Figure]:
    mine, other = (
        [burst for burst in done if burst.saves == saves and burst.kind[0] == task] for task in (OURS, NAIVE)
    )
    published = [watch.published[burst.kind] for burst in mine]
    beside = [watch.published[burst.kind] for burst in other]
    shown = {"one countdown a save, messages": float(max(beside)), "of them at once": float(max(b.held for b in other))}
    name = f"a burst of {saves:,}"
    less = [their / own for their, own in zip(beside, published, strict=True)]
    return [
        Figure(f"{name}: published", "messages", published, PUBLISHED, shown),
        Figure(f"{name}: at once", "messages", [burst.held for burst in mine], OUTSTANDING, shown),
        Figure(f"{name}: one countdown a save", "× as many messages", less),
    ]
