"""Sessions in the admin: planned against done, what hurt, and what was written."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.admin.conftest import Browse, form_of, page
from tests.make import NOON, Make
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status


def test_a_completed_workout_shows_both_notes_each_on_its_colour(ada: Client, make: Make) -> None:
    workout = make.workout(completed_at=NOON, duration_minutes=25)
    workout.exercises.filter(position=1).update(
        actual_sets=2, actual_reps=8, pain=8, patient_notes="My <b>knee</b>", doctor_notes_post_exercise="Rest & ice"
    )

    shown = ada.get(page(Workout, "change", workout.pk)).content.decode()

    assert '<div class="okta-note okta-note-patient"><span class="okta-note-by">Patient</span>My &lt;b&gt;knee' in shown
    assert 'okta-note-therapist"><span class="okta-note-by">Therapist</span>Rest &amp; ice</div>' in shown
    assert "pain 8 — high" in shown
    assert "2\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}8" in shown


def test_a_completed_workout_cannot_be_changed_or_deleted(ada: Client, make: Make) -> None:
    workout = make.workout(completed_at=NOON)

    answers = [
        ada.post(page(Workout, "change", workout.pk), {"date_scheduled": "2020-01-01"}).status_code,
        ada.post(page(Workout, "delete", workout.pk), {"post": "yes"}).status_code,
    ]
    ada.post(
        page(Workout, "changelist"),
        {"action": "delete_selected", "index": "0", "_selected_action": workout.pk, "post": "yes"},
    )

    assert answers == [403, 403]
    assert Workout.objects.get(pk=workout.pk).date_scheduled == workout.date_scheduled


def test_an_inferred_workout_says_so_in_emerald(ada: Client, make: Make) -> None:
    make.workout(completed_at=NOON, completed_via_app_entrance=True)

    shown = ada.get(page(Workout, "changelist")).content.decode()

    assert '<span class="okta-badge okta-emerald">App Entrance</span>' in shown


def test_a_workout_is_planned_with_its_exercises(ada: Client, make: Make) -> None:
    exercise = make.exercise("Heel slide")
    given = form_of(ada.get(page(Workout, "add")))
    given |= {"patient": make.pat.pk, "doctor": make.dana.pk, "date_scheduled": "2026-04-09"}
    given |= {"exercises-TOTAL_FORMS": "1", "exercises-0-position": "1", "exercises-0-exercise": exercise.pk}
    given |= {"exercises-0-exercise_block": "WARM_UP", "exercises-0-exercise_type": "REPS_BASED"}

    ada.post(page(Workout, "add"), given | {"exercises-0-planned_sets": "3", "exercises-0-planned_reps": "12"})

    workout = Workout.objects.get()
    [row] = workout.exercises.all()
    assert (workout.tenant, workout.patient, workout.status) == (make.clinic, make.pat, Status.PLANNED)
    assert (row.exercise, row.planned_sets, row.planned_reps, row.exercise_block) == (exercise, 3, 12, "WARM_UP")


def test_changing_a_planned_workout_leaves_alone_what_happened_meanwhile(ada: Client, make: Make) -> None:
    workout = make.workout()
    opened = form_of(ada.get(page(Workout, "change", workout.pk)))
    ExerciseInWorkout.objects.filter(workout=workout).update(doctor_notes_post_exercise="written meanwhile")

    with CaptureQueriesContext(connection) as queries:
        ada.post(
            page(Workout, "change", workout.pk),
            opened | {"date_scheduled": "2026-04-12", "exercises-1-planned_sets": "5"},
        )

    updates = [query["sql"].split(" WHERE ")[0] for query in queries if query["sql"].startswith('UPDATE "workouts_')]
    assert updates == [
        'UPDATE "workouts_workout" SET "date_scheduled" = \'2026-04-12\'::date',
        'UPDATE "workouts_exerciseinworkout" SET "planned_sets" = 5',
    ]
    assert set(workout.exercises.values_list("doctor_notes_post_exercise", flat=True)) == {"written meanwhile"}


def test_a_planned_workout_can_be_deleted(ada: Client, make: Make) -> None:
    workout = make.workout()

    ada.post(page(Workout, "delete", workout.pk), {"post": "yes"})

    assert not Workout.objects.filter(pk=workout.pk).exists()


def test_times_are_shown_in_the_readers_zone(ada: Client, browse: Browse, operator: object, make: Make) -> None:
    workout = make.workout(completed_at=NOON)

    shown = ada.get(page(Workout, "change", workout.pk)).content.decode()
    shown_in_utc = browse(operator).get(page(Workout, "change", workout.pk)).content.decode()  # type: ignore[arg-type]

    assert "April 8, 2026, 8 a.m." in shown
    assert "April 8, 2026, noon" in shown_in_utc


def test_who_looked_at_whose_session_is_logged_without_names(
    ada: Client, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    workout = make.workout()

    with caplog.at_level("INFO", logger="accounts.readings"):
        ada.get(page(Workout, "change", workout.pk))

    assert caplog.messages == [f"user {make.ada.pk} opened workouts.workout {workout.pk}"]


def test_an_exercise_goes_to_the_own_clinic_and_its_name_is_used_once(ada: Client, make: Make) -> None:
    given = {"name": "Heel slide", "exercise_type": "REPS_BASED"}
    ada.post(page(Exercise, "add"), given)

    again = ada.post(page(Exercise, "add"), given)

    assert again.status_code == 200
    assert [exercise.tenant for exercise in Exercise.objects.filter(name="Heel slide")] == [make.clinic]
