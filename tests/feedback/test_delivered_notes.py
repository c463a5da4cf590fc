"""The patient sees a therapist's note once it was delivered, and not before."""

import pytest

from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.steer import hold
from feedback.queries import delivered_notes
from tests.feedback.steps import quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import Workout

pytestmark = pytest.mark.django_db


def seen(workout: Workout) -> list[str] | None:
    """What stands in for the notes of each exercise; None when the notes themselves may be shown."""
    notes = delivered_notes([workout.pk])
    return [notes[pk].text for pk in workout.exercises.values_list("pk", flat=True)] if notes else None


def delivered(workout: Workout, *texts: str) -> None:
    delivery = save(workout, *texts)
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)


def test_without_a_delivery_the_notes_themselves_are_shown(make: Make) -> None:
    assert seen(make.workout(completed_at=NOON)) is None


def test_before_the_first_delivery_the_patient_sees_nothing(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth")
    assert seen(workout) == ["", ""]


def test_after_the_delivery_the_notes_themselves_are_shown(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivered(workout, "Good depth")
    assert seen(workout) is None


def test_while_an_edit_waits_the_patient_sees_the_last_delivered_text(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivered(workout, "Good depth")
    save(workout, "Better depth", "Slow down")
    assert seen(workout) == ["Good depth", ""]


def test_while_an_edit_is_held_too(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivered(workout, "Good depth")
    hold(delivery_id=save(workout, "Better depth").pk)
    assert seen(workout) == ["Good depth", ""]


def test_other_workouts_are_not_touched(make: Make) -> None:
    waiting, quiet = make.workout(completed_at=NOON), make.workout(completed_at=NOON)
    save(waiting, "Good depth")
    assert set(delivered_notes([waiting.pk, quiet.pk])) == set(waiting.exercises.values_list("pk", flat=True))
