"""A completed workout owes the therapists one summary, ever."""

from typing import Any

import pytest

from accounts.models import CareLink, TenantSettings
from feedback.actions.owe_summary import Words, owe_answer, owe_summary
from feedback.actions.publish_summary import publish_summary
from feedback.cards import summary_key
from feedback.models import FeedbackSummary
from messaging.models import Conversation, Message
from messaging.states import ConversationType, MessageType
from notifications.models import Notification
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

pytestmark = pytest.mark.django_db


def completed(make: Make, **felt: Any) -> Workout:
    """Pat's completed workout whose first exercise felt like that, its summary owed."""
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout, position=1).update(**felt)
    owe_summary(workout=workout)
    return workout


def doctors_of(make: Make, count: int) -> list[Any]:
    """Give Pat exactly that many connected doctors, Dana the first."""
    if count == 0:
        CareLink.objects.filter(patient=make.pat).update(ended_at=NOON)
        return []
    return [make.dana, *(make.doctor(f"Doc{number}", patients=[make.pat]) for number in range(count - 1))]


def test_the_card_says_what_the_contract_says(make: Make) -> None:
    workout = completed(make, pain=8, exertion=9, patient_notes=" Knee clicks ")
    assert publish_summary(key=summary_key(workout.pk)) == "sent"
    card = Message.objects.get()
    exercise = workout.exercises.get(position=1)
    assert (card.type, card.sender) == (MessageType.PATIENT_FEEDBACK_SUMMARY, make.pat)
    assert card.metadata == {
        "feedbackType": "PATIENT_FEEDBACK_SUMMARY",
        "workoutId": workout.pk,
        "patientId": make.pat.pk,
        "patientName": "Pat Lee",
        "workoutDate": "2026-04-08",
        "exercises": [
            {
                "exerciseInWorkoutId": exercise.pk,
                "exerciseName": exercise.exercise.name,
                "pain": 8,
                "exertion": 9,
                "patientNotes": "Knee clicks",
                "flags": ["pain", "exertion", "notes"],
            }
        ],
    }


@pytest.mark.parametrize(
    ("case", "felt", "body"),
    [
        ("high pain", {"pain": 7}, "Pat Lee reported high pain"),
        ("high pain and a comment", {"pain": 7, "patient_notes": "Ow"}, "Pat Lee reported high pain"),
        ("high exertion", {"exertion": 9}, "Pat Lee left feedback"),
        ("a comment", {"patient_notes": "Fine"}, "Pat Lee left feedback"),
    ],
)
def test_the_push_says_pain_first(make: Make, case: str, felt: dict[str, Any], body: str) -> None:
    publish_summary(key=summary_key(completed(make, **felt).pk))
    told = Notification.objects.get()
    assert (told.recipient, told.title, told.body) == (make.dana, "Northside Physio", body)


def test_a_workout_with_nothing_to_say_sends_nothing(make: Make) -> None:
    workout = completed(make, pain=6, exertion=8, patient_notes="   ")
    assert publish_summary(key=summary_key(workout.pk)) == "nothing flagged"
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)
    assert FeedbackSummary.objects.get().due_at is None


def test_with_the_feature_off_nothing_is_sent(make: Make) -> None:
    workout = completed(make, pain=8)
    TenantSettings.objects.update(features={})
    assert publish_summary(key=summary_key(workout.pk)) == "feature off"
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("count", "outcome", "kind"),
    [
        (0, "no connected doctor", None),
        (1, "sent", ConversationType.ONE_ON_ONE),
        (2, "sent", ConversationType.GROUP),
        (5, "sent", ConversationType.GROUP),
    ],
)
def test_every_connected_doctor_is_in_the_conversation_and_is_told_once(
    make: Make, count: int, outcome: str, kind: ConversationType | None
) -> None:
    doctors = doctors_of(make, count)
    assert publish_summary(key=summary_key(completed(make, pain=8).pk)) == outcome
    assert list(Conversation.objects.values_list("type", flat=True)) == ([kind] if kind else [])
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == sorted(d.pk for d in doctors)
    if kind:
        people = Conversation.objects.get().participants.values_list("user", flat=True)
        assert set(people) == {make.pat.pk, *(doctor.pk for doctor in doctors)}


def test_the_group_is_named_after_the_patient(make: Make) -> None:
    doctors_of(make, 2)
    publish_summary(key=summary_key(completed(make, pain=8).pk))
    assert Conversation.objects.get().title == "Pat's Doctors"


def test_a_doctor_added_later_gets_a_new_group_and_the_old_one_stays(make: Make) -> None:
    doctors_of(make, 2)
    publish_summary(key=summary_key(completed(make, pain=8).pk))
    make.doctor("Later", patients=[make.pat])
    publish_summary(key=summary_key(completed(make, pain=8).pk))
    assert sorted(c.participants.count() for c in Conversation.objects.all()) == [3, 4]


def test_the_same_people_meet_in_the_same_group(make: Make) -> None:
    doctors_of(make, 2)
    for _ in range(2):
        publish_summary(key=summary_key(completed(make, pain=8).pk))
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 2)


def test_publishing_twice_is_publishing_once(make: Make) -> None:
    workout = completed(make, pain=8)
    publish_summary(key=summary_key(workout.pk))
    assert publish_summary(key=summary_key(workout.pk)) == "not due"
    assert (Message.objects.count(), Notification.objects.count()) == (1, 1)


def test_owing_twice_is_owing_once(make: Make) -> None:
    workout = completed(make, pain=8)
    owe_summary(workout=workout)
    assert FeedbackSummary.objects.count() == 1


def test_what_was_said_of_a_day_without_a_workout_is_told_too(make: Make) -> None:
    key = owe_answer(patient=make.pat, day=NOON.date(), entrance_id=5, words=Words(pain=8, note=" Too sore "))
    assert publish_summary(key=key) == "sent"
    assert Message.objects.get().metadata == {
        "feedbackType": "PATIENT_FEEDBACK_SUMMARY",
        "workoutId": None,
        "patientId": make.pat.pk,
        "patientName": "Pat Lee",
        "workoutDate": "2026-04-08",
        "exercises": [
            {
                "exerciseInWorkoutId": None,
                "exerciseName": None,
                "pain": 8,
                "exertion": None,
                "patientNotes": "Too sore",
                "flags": ["pain", "notes"],
            }
        ],
    }


def test_words_of_the_day_stand_before_the_exercises(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout, position=1).update(pain=9)
    key = owe_summary(workout=workout, words=Words(note="Rushed"))
    publish_summary(key=key)
    metadata = Message.objects.get().metadata
    assert metadata is not None
    assert [row["flags"] for row in metadata["exercises"]] == [["notes"], ["pain"]]


def test_unremarkable_words_are_not_told(make: Make) -> None:
    key = owe_answer(patient=make.pat, day=NOON.date(), entrance_id=5, words=Words(pain=6, note="  "))
    assert publish_summary(key=key) == "nothing flagged"
