"""The therapist's doors: who may write a note, what is refused, and what the answers say."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import TenantSettings, User
from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from feedback.queries import deliveries_of
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import Workout

pytestmark = pytest.mark.django_db

FAMILY = "👨‍👩‍👧‍👦"  # seven code points, one grapheme


@pytest.fixture
def workout(make: Make) -> Workout:
    """Pat's completed workout of two exercises, Dana's own."""
    return make.workout(completed_at=NOON)


def single(workout: Workout) -> str:
    return f"/v2/exercises/exercises-in-workout/{workout.exercises.get(position=1).pk}/doctor-post-notes"


def bulk(workout: Workout) -> str:
    return f"/v2/exercises/workouts/{workout.pk}/exercises/doctor-post-notes"


def rows(workout: Workout, *texts: str) -> list[dict[str, Any]]:
    ids = workout.exercises.values_list("pk", flat=True)
    return [{"exerciseInWorkoutId": pk, "doctorNotesPostExercise": text} for pk, text in zip(ids, texts, strict=False)]


def notes_of(workout: Workout) -> list[str]:
    return list(workout.exercises.order_by("position").values_list("doctor_notes_post_exercise", flat=True))


def test_saving_one_note_answers_the_note_and_its_delivery(make: Make, workout: Workout) -> None:
    answer = make.api(make.dana).patch(single(workout), {"doctorNotesPostExercise": "  Good depth "})
    assert answer.status_code == 200
    body = answer.json()
    delivery = NoteDelivery.objects.get()
    assert body["exerciseInWorkoutId"] == workout.exercises.get(position=1).pk
    assert body["doctorNotesPostExercise"] == "Good depth"
    assert body["doctorNotesPostExerciseAt"].endswith("Z")
    assert delivery.due_at is not None
    assert body["delivery"] == {
        "id": delivery.pk,
        "dueAt": delivery.due_at.isoformat().replace("+00:00", "Z"),
        "state": "waiting",
    }


def test_saving_many_notes_answers_each_and_one_delivery(make: Make, workout: Workout) -> None:
    answer = make.api(make.dana).patch(bulk(workout), {"notes": rows(workout, "Good depth", "Slow down")})
    assert answer.status_code == 200
    body = answer.json()
    assert body["workoutId"] == workout.pk
    assert [row["doctorNotesPostExercise"] for row in body["notes"]] == ["Good depth", "Slow down"]
    assert body["delivery"]["state"] == "waiting"
    assert NoteDelivery.objects.get().rev == 1


@pytest.mark.parametrize(
    ("case", "text", "status"),
    [
        ("a thousand characters", "x" * 1000, 200),
        ("a thousand and one", "x" * 1001, 400),
        ("a thousand emoji", "🙂" * 1000, 200),
        ("families counted by code points", FAMILY * 142, 200),
        ("one family too many", FAMILY * 143, 400),
        ("empty", "", 200),
        ("spaces", "   ", 200),
        ("a thousand after trimming", " " + "x" * 1000 + " ", 200),
        ("not text", {"a": 1}, 400),
        ("null", None, 400),
        ("a NUL byte", "a\x00b", 400),
    ],
)
def test_what_a_note_may_be(make: Make, workout: Workout, case: str, text: Any, status: int) -> None:
    answer = make.api(make.dana).patch(single(workout), {"doctorNotesPostExercise": text})
    assert answer.status_code == status, answer.content
    if status == 400:
        assert list(answer.json()["fields"]) == ["doctorNotesPostExercise"]
        assert notes_of(workout) == ["", ""]
        assert not NoteDelivery.objects.exists()


def test_spaces_clear_a_note(make: Make, workout: Workout) -> None:
    save(workout, "Good depth")
    answer = make.api(make.dana).patch(single(workout), {"doctorNotesPostExercise": "   "})
    assert (answer.json()["doctorNotesPostExercise"], answer.json()["doctorNotesPostExerciseAt"]) == ("", None)


@pytest.mark.parametrize(
    ("case", "spoil", "field"),
    [
        ("another workout's exercise", lambda row: row.update(exerciseInWorkoutId=999_999), "exerciseInWorkoutId"),
        ("no exercise", lambda row: row.pop("exerciseInWorkoutId"), "exerciseInWorkoutId"),
        ("an exercise that is a word", lambda row: row.update(exerciseInWorkoutId="x"), "exerciseInWorkoutId"),
        ("too long", lambda row: row.update(doctorNotesPostExercise="x" * 1001), "doctorNotesPostExercise"),
    ],
)
def test_one_bad_row_in_a_bulk_is_named_and_nothing_is_saved(
    make: Make, workout: Workout, case: str, spoil: Callable[[dict[str, Any]], Any], field: str
) -> None:
    notes = rows(workout, "Good depth", "Slow down")
    spoil(notes[1])
    answer = make.api(make.dana).patch(bulk(workout), {"notes": notes})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [f"notes.1.{field}"]
    assert notes_of(workout) == ["", ""]
    assert not NoteDelivery.objects.exists()


def test_an_exercise_listed_twice_is_named(make: Make, workout: Workout) -> None:
    [row, _] = rows(workout, "One", "Other")
    answer = make.api(make.dana).patch(bulk(workout), {"notes": [row, row]})
    assert answer.json()["fields"] == {"notes.1.exerciseInWorkoutId": ["This exercise is listed twice."]}


@pytest.mark.parametrize("notes", [[], None, "x"])
def test_a_bulk_without_notes_is_refused(make: Make, workout: Workout, notes: Any) -> None:
    answer = make.api(make.dana).patch(bulk(workout), {"notes": notes})
    assert answer.status_code == 400
    assert not NoteDelivery.objects.exists()


@pytest.mark.parametrize("path", [single, bulk])
@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 401), ("pat", 403), ("omar", 404), ("stella", 404), ("other_connected", 403)]
)
def test_only_the_owner_writes_notes(
    make: Make, workout: Workout, path: Callable[[Workout], str], who: str, status: int
) -> None:
    people: dict[str, Callable[[], User | None]] = {
        "nobody": lambda: None,
        "other_connected": lambda: make.doctor(patients=[make.pat]),
    }
    caller = people[who]() if who in people else getattr(make, who)
    answer = make.api(caller).patch(path(workout), {"doctorNotesPostExercise": "x", "notes": rows(workout, "x")})
    assert answer.status_code == status
    assert notes_of(workout) == ["", ""]


def test_a_clinic_may_let_any_connected_doctor_write_a_single_note(make: Make, workout: Workout) -> None:
    other = make.doctor(patients=[make.pat])
    TenantSettings.objects.update(features={"feedbackNotifications": True, "anyConnectedDoctorMayNote": True})
    body = {"doctorNotesPostExercise": "x", "notes": rows(workout, "x")}
    assert make.api(other).patch(single(workout), body).status_code == 200
    assert make.api(other).patch(bulk(workout), body).status_code == 403
    assert make.api(make.omar).patch(single(workout), body).status_code == 404


def test_with_the_feature_off_the_note_is_saved_and_the_answer_says_off(make: Make, workout: Workout) -> None:
    TenantSettings.objects.update(features={})
    answer = make.api(make.dana).patch(single(workout), {"doctorNotesPostExercise": "Good depth"})
    assert answer.status_code == 200
    assert (answer.json()["delivery"]["state"], answer.json()["delivery"]["dueAt"]) == ("off", None)
    assert notes_of(workout) == ["Good depth", ""]


def in_every_state(make: Make) -> dict[str, int]:
    """One delivery of Dana's in each state; their ids."""
    ids = {}
    for state in ("waiting", "held", "dead", "sent", "none"):
        delivery = save(make.workout(completed_at=NOON), "" if state == "none" else "Good depth")
        ids[state] = delivery.pk
        if state in ("sent", "none"):
            quiet_period_ends(delivery)
            deliver_notes(delivery_id=delivery.pk)
    NoteDelivery.objects.filter(pk=ids["held"]).update(held_at=Now())
    NoteDelivery.objects.filter(pk=ids["dead"]).update(dead_at=Now(), attempts=3)
    return ids


def test_the_list_shows_every_delivery_newest_first_with_its_state(make: Make) -> None:
    ids = in_every_state(make)
    found = make.api(make.dana).get("/v2/doctor/feedback-deliveries").json()["results"]
    assert [(row["id"], row["state"]) for row in found] == [(pk, state) for state, pk in reversed(ids.items())]


@pytest.mark.parametrize("state", ["waiting", "held", "dead"])
def test_the_list_can_be_narrowed_to_a_state(make: Make, state: str) -> None:
    ids = in_every_state(make)
    found = make.api(make.dana).get(f"/v2/doctor/feedback-deliveries?state={state}").json()["results"]
    assert [row["id"] for row in found] == [ids[state]]


def test_a_state_nobody_knows_is_named(make: Make) -> None:
    answer = make.api(make.dana).get("/v2/doctor/feedback-deliveries?state=lost")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["state"])


def test_a_row_of_the_list_says_whose_and_how_many(make: Make, workout: Workout) -> None:
    save(workout, "Good depth", "Slow down")
    [row] = make.api(make.dana).get("/v2/doctor/feedback-deliveries").json()["results"]
    assert (row["workoutId"], row["patientId"], row["patientName"]) == (workout.pk, make.pat.pk, "Pat Lee")
    assert (row["noteCount"], row["attempts"], row["deliveredAt"]) == (2, 0, None)


def test_the_list_costs_the_same_for_one_delivery_and_fifty(make: Make, django_assert_num_queries: Any) -> None:
    for _ in range(50):
        save(make.workout(completed_at=NOON), "Good depth")
    with django_assert_num_queries(1):
        assert len(deliveries_of(make.dana)) == 50


@pytest.mark.parametrize(("verb", "state"), [("send-now", "waiting"), ("hold", "held"), ("resume", "waiting")])
def test_steering_answers_the_new_state(make: Make, workout: Workout, verb: str, state: str) -> None:
    delivery = save(workout, "Good depth")
    answer = make.api(make.dana).post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/{verb}")
    assert (answer.status_code, answer.json()["state"]) == (200, state)


def test_send_now_is_due_at_once(make: Make, workout: Workout) -> None:
    delivery = save(workout, "Good depth")
    make.api(make.dana).post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/send-now")
    assert NoteDelivery.objects.filter(due_at__lte=Now() + timedelta(seconds=1)).exists()
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    assert note_cards(workout) == [["Good depth"]]


def test_steering_what_is_sent_answers_409(make: Make, workout: Workout) -> None:
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)
    answer = make.api(make.dana).post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/hold")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_send")


@pytest.mark.parametrize(("who", "status"), [("pat", 403), ("omar", 404), ("stella", 404)])
@pytest.mark.parametrize("verb", ["send-now", "hold", "resume"])
def test_nobody_else_steers_a_delivery(make: Make, workout: Workout, who: str, status: int, verb: str) -> None:
    delivery = save(workout, "Good depth")
    before = NoteDelivery.objects.values().get()
    answer = make.api(getattr(make, who)).post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/{verb}")
    assert answer.status_code == status
    assert NoteDelivery.objects.values().get() == before


def test_a_delivery_to_a_patient_no_longer_in_ones_care_is_not_listed(make: Make, workout: Workout) -> None:
    delivery = save(workout, "Good depth")
    make.pat.links_to_doctors.update(ended_at=NOON)
    api = make.api(make.dana)
    assert api.get("/v2/doctor/feedback-deliveries").json()["results"] == []
    assert api.post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/hold").status_code == 404


def test_with_the_feature_off_no_delivery_is_waiting(make: Make, workout: Workout) -> None:
    save(workout, "Good depth")
    TenantSettings.objects.update(features={})
    api = make.api(make.dana)
    assert api.get("/v2/doctor/feedback-deliveries?state=waiting").json()["results"] == []
    assert [row["state"] for row in api.get("/v2/doctor/feedback-deliveries").json()["results"]] == ["off"]
