"""Planning a workout, and the clinic's library it is planned from."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import CareLink
from tests.make import NOON, Make
from tests.together import together
from workouts.actions.plan import PlannedExercise, plan_workout
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.rules import EXERCISES_MAX
from workouts.states import ExerciseType

URL = "/v2/doctor/workouts"


def body(make: Make, *rows: Any, **changed: Any) -> dict[str, Any]:
    return {
        "patientId": make.pat.pk,
        "dateScheduled": "2026-04-09",
        "exercises": list(rows) or [{"exerciseName": "Heel slide"}],
        **changed,
    }


def nothing_planned() -> bool:
    return not Workout.objects.exists() and not Exercise.objects.exists()


def test_a_plan_is_answered_as_a_session(make: Make) -> None:
    squat = make.exercise("Squat")
    rows = [
        {
            "exerciseId": squat.pk,
            "exerciseBlock": "WARM_UP",
            "plannedSets": 3,
            "plannedReps": 10,
        },
        {
            "exerciseName": "  Plank 🧘 ",
            "position": 7,
            "exerciseType": "TIME_BASED",
            "plannedSets": 0,
            "plannedReps": None,
            "plannedDurationSeconds": 86400,
        },
        {"exerciseId": squat.pk},
    ]
    answer = make.api(make.dana).post(URL, body(make, *rows))

    assert answer.status_code == 201
    workout = Workout.objects.get()
    keys = list(workout.exercises.values_list("pk", flat=True))
    empty = {
        "exerciseBlock": "MAIN_SESSION",
        "exerciseType": "REPS_BASED",
        "plannedSets": None,
        "plannedReps": None,
        "plannedDurationSeconds": None,
        "actualSets": None,
        "actualReps": None,
        "actualDurationSeconds": None,
        "pain": None,
        "exertion": None,
        "patientNotes": "",
        "doctorNotesPostExercise": "",
        "doctorNotesPostExerciseAt": None,
    }
    assert answer.json() == {
        "id": workout.pk,
        "patientId": make.pat.pk,
        "patientName": "Pat Lee",
        "doctorId": make.dana.pk,
        "doctorName": "Dana Reed",
        "status": "PLANNED",
        "dateScheduled": "2026-04-09",
        "startedAt": None,
        "completedAt": None,
        "completedOn": None,
        "durationMinutes": None,
        "completedViaAppEntrance": False,
        "mirroredFromWorkoutId": None,
        "supersededAt": None,
        "exercises": [
            {
                **empty,
                "exerciseInWorkoutId": keys[0],
                "exerciseName": "Squat",
                "position": 1,
                "exerciseBlock": "WARM_UP",
                "plannedSets": 3,
                "plannedReps": 10,
            },
            {
                **empty,
                "exerciseInWorkoutId": keys[1],
                "exerciseName": "Plank 🧘",
                "position": 7,
                "exerciseType": "TIME_BASED",
                "plannedSets": 0,
                "plannedDurationSeconds": 86400,
            },
            {**empty, "exerciseInWorkoutId": keys[2], "exerciseName": "Squat", "position": 8},
        ],
    }
    assert workout.tenant == make.clinic


def test_a_known_name_is_the_librarys_exercise_with_its_type(make: Make) -> None:
    plank = make.exercise("Plank")
    Exercise.objects.update(exercise_type=ExerciseType.TIME_BASED)
    make.exercise("Heel slide", tenant=make.other_clinic)
    rows = [{"exerciseName": name} for name in ("Plank", "Heel slide", "Heel slide")]
    answer = make.api(make.dana).post(URL, body(make, *rows))
    assert answer.status_code == 201
    assert [row["exerciseType"] for row in answer.json()["exercises"]] == ["TIME_BASED", "REPS_BASED", "REPS_BASED"]
    assert list(Exercise.objects.filter(tenant=make.clinic).order_by("pk").values_list("name", flat=True)) == [
        "Plank",
        "Heel slide",
    ]
    assert ExerciseInWorkout.objects.filter(exercise=plank).count() == 1


def test_a_new_name_enters_the_library_with_the_type_it_was_first_given(make: Make) -> None:
    rows = [{"exerciseName": "Plank", "exerciseType": "TIME_BASED"}, {"exerciseName": "Plank"}]
    answer = make.api(make.dana).post(URL, body(make, *rows))
    assert [row["exerciseType"] for row in answer.json()["exercises"]] == ["TIME_BASED", "TIME_BASED"]
    assert Exercise.objects.get().exercise_type == ExerciseType.TIME_BASED


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([], {"exercises": ["This list may not be empty."]}),
        ([{}], {"exercises.0": ["Give either exerciseId or exerciseName."]}),
        ([{"exerciseId": 1, "exerciseName": "x"}], {"exercises.0": ["Give either exerciseId or exerciseName."]}),
        ([{"exerciseName": "   "}], {"exercises.0.exerciseName": ["This field may not be blank."]}),
        ([{"exerciseName": "a\x00"}], {"exercises.0.exerciseName": ["Null characters are not allowed."]}),
        (
            [{"exerciseName": "x" * 201}],
            {"exercises.0.exerciseName": ["Ensure this field has no more than 200 characters."]},
        ),
        (
            [{"exerciseName": "x"}, {"exerciseName": "y", "exerciseBlock": "REST"}],
            {"exercises.1.exerciseBlock": ['"REST" is not a valid choice.']},
        ),
        (
            [{"exerciseName": "x", "plannedSets": 1001, "plannedReps": -1, "plannedDurationSeconds": 86401}],
            {
                "exercises.0.plannedSets": ["Ensure this value is less than or equal to 1000."],
                "exercises.0.plannedReps": ["Ensure this value is greater than or equal to 0."],
                "exercises.0.plannedDurationSeconds": ["Ensure this value is less than or equal to 86400."],
            },
        ),
        (
            [{"exerciseName": "x", "position": 2}, {"exerciseName": "y", "position": 1}, {"exerciseName": "z"}],
            {"exercises.2.position": ["Another exercise has this position."]},
        ),
        ([{"exerciseName": "x"}] * 201, {"exercises": ["Ensure this field has no more than 200 elements."]}),
    ],
)
def test_a_plan_that_makes_no_sense_names_its_rows(make: Make, rows: list[Any], fields: dict[str, list[str]]) -> None:
    answer = make.api(make.dana).post(URL, body(make, exercises=rows))
    assert (answer.status_code, answer.json()["fields"]) == (400, fields)
    assert nothing_planned()


def test_an_exercise_of_another_clinic_is_unknown(make: Make) -> None:
    own, foreign = make.exercise(), make.exercise(tenant=make.other_clinic)
    rows = [{"exerciseId": own.pk}, {"exerciseName": "New"}, {"exerciseId": foreign.pk}, {"exerciseId": 2**60}]
    answer = make.api(make.dana).post(URL, body(make, *rows))
    sentence = ["This exercise is not in the clinic's library."]
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"exercises.2.exerciseId": sentence, "exercises.3.exerciseId": sentence}
    assert not Workout.objects.exists()
    assert not Exercise.objects.filter(name="New").exists()


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30", "2026-04-09T00:00:00Z", None, 7])
def test_a_day_that_is_none_is_refused(make: Make, day: Any) -> None:
    answer = make.api(make.dana).post(URL, body(make, dateScheduled=day))
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"dateScheduled"})
    assert nothing_planned()


@pytest.mark.parametrize(
    ("name", "status"), [("dana", 201), ("omar", 404), ("stella", 404), ("pat", 403), ("ada", 403), (None, 401)]
)
def test_only_a_connected_doctor_plans(make: Make, name: str | None, status: int) -> None:
    member = getattr(make, name) if name else None
    answer = make.api(member).post(URL, body(make))
    assert answer.status_code == status
    assert Workout.objects.exists() is Exercise.objects.exists() is (status == 201)


def test_a_patient_who_is_no_longer_connected_is_not_found(make: Make) -> None:
    api, plan = make.api(make.dana), body(make)
    CareLink.objects.update(ended_at=NOON)
    answer = api.post(URL, plan)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert nothing_planned()


def test_a_doctor_is_no_patient(make: Make) -> None:
    assert make.api(make.dana).post(URL, body(make, patientId=make.dana.pk)).status_code == 404


@pytest.mark.parametrize("count", [1, 200])
def test_planning_costs_the_same_however_many_exercises(make: Make, count: int, django_assert_num_queries: Any) -> None:
    known = make.exercise()
    half = [{"exerciseId": known.pk} for _ in range(count // 2)]
    rows = half + [{"exerciseName": f"New {number}"} for number in range(count - len(half))]
    api, plan = make.api(make.dana), body(make, *rows)
    # Who calls, the patient, begin, names, new names, names again, workout, rows, commit, the answer in two;
    # ids cost one more.
    with django_assert_num_queries(11 + bool(half)):
        assert api.post(URL, plan).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_plans_with_the_same_new_names_share_one_exercise() -> None:
    make = Make()
    names = [f"New {number}" for number in range(EXERCISES_MAX)]
    patient, doctor = make.pat, make.dana

    def plan(order: list[str]) -> Callable[[], Workout]:
        exercises = [PlannedExercise(exercise_name=name) for name in order]
        return lambda: plan_workout(
            patient=patient, doctor=doctor, date_scheduled=date(2026, 4, 9), exercises=exercises
        )

    together([plan(names if number % 2 else names[::-1]) for number in range(8)])

    assert sorted(Exercise.objects.values_list("name", flat=True)) == sorted(names)
    assert ExerciseInWorkout.objects.count() == 8 * len(names)


def test_new_names_are_added_in_one_order_so_that_plans_never_cross(make: Make) -> None:
    for names in (["Bridge", "Squat", "Clam"], ["Wall sit", "Lunge", "Plank"]):
        make.api(make.dana).post(URL, body(make, *({"exerciseName": name} for name in names)))
    assert list(Exercise.objects.order_by("pk").values_list("name", flat=True)) == [
        *("Bridge", "Clam", "Squat"),
        *("Lunge", "Plank", "Wall sit"),
    ]


# --- The library ---


def test_the_library_is_the_clinics_own_by_name(make: Make) -> None:
    squat = make.exercise("Squat")
    plank = make.exercise("Plank")
    make.exercise("Bridge", tenant=make.other_clinic)
    answer = make.api(make.dana).get("/v2/exercises")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "results": [
                {"id": plank.pk, "name": "Plank", "exerciseType": "REPS_BASED"},
                {"id": squat.pk, "name": "Squat", "exerciseType": "REPS_BASED"},
            ],
            "next": None,
        },
    )


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["100% effort", "Ёлочка", "Heel slide", "Side plank"]),
        ("SLID", ["Heel slide"]),
        ("  plank ", ["Side plank"]),
        ("ёЛ", ["Ёлочка"]),
        ("%", ["100% effort"]),
        ("_", []),
        ("'; --", []),
    ],
)
def test_the_library_is_searched_by_part_of_a_name(make: Make, search: str, names: list[str]) -> None:
    for name in ("100% effort", "Ёлочка", "Heel slide", "Side plank"):
        make.exercise(name)
    answer = make.api(make.dana).get("/v2/exercises", {"search": search})
    assert answer.status_code == 200
    assert sorted(row["name"] for row in answer.json()["results"]) == sorted(names)


def test_a_search_keeps_its_words_on_the_next_page(make: Make) -> None:
    for number in range(60):
        make.exercise(f"Плавный мах {number:02}")
    make.exercise("Other")
    api = make.api(make.dana)
    first = api.get("/v2/exercises", {"search": "мах"}).json()
    second = api.get(first["next"]).json()
    found = [row["name"] for row in first["results"] + second["results"]]
    assert found == [f"Плавный мах {number:02}" for number in range(60)]
    assert second["next"] is None


@pytest.mark.parametrize("query", ["search=%00", "search=" + "x" * 201, "cursor=garbage"])
def test_a_search_for_garbage_is_refused(make: Make, query: str) -> None:
    answer = make.api(make.dana).get(f"/v2/exercises?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(("name", "status"), [("omar", 200), ("pat", 403), ("ada", 403), (None, 401)])
def test_the_library_is_for_doctors(make: Make, name: str | None, status: int) -> None:
    member = getattr(make, name) if name else None
    assert make.api(member).get("/v2/exercises").status_code == status


@pytest.mark.parametrize("count", [3, 60])
def test_a_page_of_the_library_costs_two_queries(make: Make, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make.exercise()
    api = make.api(make.dana)
    with django_assert_num_queries(2):
        assert len(api.get("/v2/exercises").json()["results"]) == min(count, 50)
