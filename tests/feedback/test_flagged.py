"""Which sessions the therapists are told something of, as the database finds them and as the rule says."""

import pytest

from feedback.cards import flagged_words
from feedback.queries import flagged
from feedback.rules import Felt, flags
from tests.make import NOON, Make
from workouts.models import Workout


@pytest.mark.parametrize("pain", [None, 0, 6, 7, 10])
@pytest.mark.parametrize("exertion", [None, 8, 9])
@pytest.mark.parametrize("notes", ["", " \n", "x"])
def test_what_is_flagged_in_the_database_is_flagged_by_the_rule(
    pain: int | None, exertion: int | None, notes: str, make: Make
) -> None:
    felt = make.workout().exercises.filter(position=1)
    felt.update(pain=pain, exertion=exertion, patient_notes=notes)

    assert flagged(Workout.objects.all()).exists() == bool(flags(Felt(pain, exertion, notes)))


@pytest.mark.parametrize("pain", [None, 6, 7])
@pytest.mark.parametrize("note", ["", " \n", "x"])
def test_a_day_as_a_whole_is_flagged_in_the_database_as_it_is_on_its_card(
    pain: int | None, note: str, make: Make
) -> None:
    make.summary(make.workout(completed_at=NOON), pain=pain, note=note)

    assert flagged(Workout.objects.all()).exists() == bool(flagged_words(pain, note))


def test_to_find_the_flagged_no_exercises_of_other_sessions_are_read(make: Make) -> None:
    make.workout(completed_at=NOON)

    told = flagged(Workout.objects.filter(tenant=make.clinic)).explain()

    assert ("hashed" in told, "(workout_id = workouts_workout.id)" in told) == (False, True), told
