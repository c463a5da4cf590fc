"""Delivering notes: one card with the last texts, one push, and what is never sent."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CareLink, TenantSettings
from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.save_notes import save_notes
from feedback.actions.steer import hold
from feedback.models import NoteDelivery
from feedback.queries import state_of
from feedback.states import DeliveryState
from messaging.models import Conversation, Message
from messaging.states import MessageType
from notifications.models import Device, Notification
from notifications.states import Platform
from tests.feedback.steps import note_cards, pushes_to, quiet_period_ends, save
from tests.make import NOON, Make

pytestmark = pytest.mark.django_db


def deliver(delivery: NoteDelivery) -> str:
    quiet_period_ends(delivery)
    return deliver_notes(delivery_id=delivery.pk)


def phone(user: Any) -> Device:
    return Device.objects.create(user=user, platform=Platform.EXPO, token=f"ExponentPushToken[{user.pk}]")


def test_twenty_edits_become_one_card_with_the_last_texts_and_one_push(make: Make) -> None:
    phone(make.pat)
    workout = make.workout(completed_at=NOON)
    for number in range(20):
        delivery = save(workout, f"Depth {number}", f"Pace {number}")
    assert deliver(delivery) == "sent"
    assert note_cards(workout) == [["Depth 19", "Pace 19"]]
    assert pushes_to(make.pat) == ["Your therapist reviewed your session"]


def test_the_card_says_what_the_contract_says(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    deliver(save(workout, "Good depth"))
    card = Message.objects.get()
    exercise = workout.exercises.get(position=1)
    assert (card.type, card.sender) == (MessageType.DOCTOR_FEEDBACK_NOTE, make.dana)
    assert card.metadata == {
        "feedbackType": "DOCTOR_FEEDBACK_NOTE",
        "workoutId": workout.pk,
        "doctorId": make.dana.pk,
        "doctorName": "Dana Reed",
        "workoutDate": "2026-04-08",
        "version": 1,
        "exercises": [
            {
                "exerciseInWorkoutId": exercise.pk,
                "exerciseName": exercise.exercise.name,
                "doctorNotesPostExercise": "Good depth",
            }
        ],
    }


def test_the_push_leads_to_the_conversation(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    deliver(save(workout, "Good depth"))
    told = Notification.objects.get()
    assert (told.recipient, told.title) == (make.pat, "Northside Physio")
    assert told.data == {
        "type": "DOCTOR_FEEDBACK",
        "workoutId": workout.pk,
        "conversationId": str(Message.objects.get().conversation_id),
    }


def test_a_russian_patient_reads_russian(make: Make) -> None:
    make.pat.language = "ru"
    make.pat.save(update_fields=["language"])
    deliver(save(make.workout(completed_at=NOON), "Good depth"))
    assert Notification.objects.get().body == "Ваш терапевт просмотрел вашу тренировку"


def test_a_later_edit_replaces_the_card_and_is_told_again(make: Make) -> None:
    phone(make.pat)
    workout = make.workout(completed_at=NOON)
    deliver(save(workout, "Good depth"))
    deliver(save(workout, "Better depth"))
    assert note_cards(workout) == [["Better depth"]]
    assert len(pushes_to(make.pat)) == 2


def test_the_card_holds_every_note_of_the_workout_not_only_the_last_saved(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth", "Slow down")
    deliver(save(workout, "Better depth"))
    assert note_cards(workout) == [["Better depth", "Slow down"]]


def test_nothing_is_sent_before_the_quiet_period_ends(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    assert deliver_notes(delivery_id=delivery.pk) == "not due"
    assert note_cards(workout) == []


def test_a_second_delivery_finds_nothing_to_do(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    deliver(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "not due"
    assert len(note_cards(workout)) == 1


def test_a_held_delivery_is_never_sent_by_time(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    hold(delivery_id=delivery.pk)
    assert deliver(delivery) == "not due"
    assert note_cards(workout) == []


def test_clearing_every_note_takes_the_card_away_and_tells_nobody(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    deliver(save(workout, "Good depth"))
    assert deliver(save(workout, "")) == "cleared"
    assert note_cards(workout) == []
    assert Notification.objects.count() == 1
    assert NoteDelivery.objects.get().delivered_at is None


def test_with_the_feature_off_the_debt_is_settled_and_nothing_sent(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    TenantSettings.objects.update(features={})
    assert deliver(delivery) == "feature off"
    delivery.refresh_from_db()
    assert (delivery.due_at, note_cards(workout), Notification.objects.count()) == (None, [], 0)
    assert workout.exercises.get(position=1).doctor_notes_post_exercise == "Good depth"


def test_after_the_feature_is_on_again_the_next_save_sends_all_notes(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    TenantSettings.objects.update(features={})
    deliver(save(workout, "Good depth"))
    TenantSettings.objects.update(features={"feedbackNotifications": True})
    ids = list(workout.exercises.values_list("pk", flat=True))
    assert len(ids) == 2
    deliver(save(workout, "Good depth", "Slow down"))
    assert note_cards(workout) == [["Good depth", "Slow down"]]


def test_a_patient_without_doctors_is_sent_nothing(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    CareLink.objects.update(ended_at=NOON)
    assert deliver(delivery) == "doctor not connected"
    assert note_cards(workout) == []


def test_a_doctor_who_has_left_does_not_speak_in_a_colleagues_thread(make: Make) -> None:
    make.doctor("Second", patients=[make.pat])
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    CareLink.objects.filter(doctor=make.dana).update(ended_at=NOON)
    assert deliver(delivery) == "doctor not connected"
    assert (note_cards(workout), Conversation.objects.count()) == ([], 0)


def test_what_was_settled_without_being_sent_is_not_called_sent(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    deliver(save(workout, "Good depth"))
    CareLink.objects.update(ended_at=NOON)
    deliver(save(workout, "Better depth"))
    assert state_of(NoteDelivery.objects.get(), feature_on=True) == DeliveryState.NONE
    CareLink.objects.update(ended_at=None)
    deliver(save(workout, "Best depth"))
    assert state_of(NoteDelivery.objects.get(), feature_on=True) == DeliveryState.SENT


def test_two_doctors_have_a_card_each_with_their_own_notes(make: Make) -> None:
    other = make.doctor("Second", patients=[make.pat])
    workout = make.workout(completed_at=NOON)
    dana = save(workout, "Good depth")
    second = workout.exercises.get(position=2).pk
    theirs = save_notes(workout=workout, doctor=other, texts={second: "Slow down"})
    deliver(dana)
    deliver(theirs)
    assert sorted(note_cards(workout)) == [["Good depth"], ["Slow down"]]


def test_a_held_note_is_not_sent_on_a_colleagues_card(make: Make) -> None:
    other = make.doctor("Second", patients=[make.pat])
    workout = make.workout(completed_at=NOON)
    hold(delivery_id=save(workout, "Not yet").pk)
    second = workout.exercises.get(position=2).pk
    deliver(save_notes(workout=workout, doctor=other, texts={second: "Slow down"}))
    assert note_cards(workout) == [["Slow down"]]


@pytest.mark.parametrize("written", ["Nice depth", ""])
def test_a_note_a_colleague_writes_over_leaves_the_first_doctors_card(make: Make, written: str) -> None:
    other = make.doctor("Second", patients=[make.pat])
    workout = make.workout(completed_at=NOON)
    dana = save(workout, "Good depth", "Slow down")
    deliver(dana)
    theirs = save(workout, written, doctor=other)
    deliver(dana)
    deliver(theirs)
    assert sorted(note_cards(workout)) == sorted([["Slow down"], *([[written]] if written else [])])


def test_a_delivery_that_vanished_is_no_error(db: None) -> None:
    assert deliver_notes(delivery_id=404) == "not due"


def test_a_delivery_costs_the_same_number_of_queries_for_one_note_and_fifty(make: Make) -> None:
    def cost(notes: int) -> int:
        workout = make.workout(completed_at=NOON, exercises=notes)
        delivery = save(workout, *["Good depth"] * notes)
        quiet_period_ends(delivery)
        with CaptureQueriesContext(connection) as queries:
            assert deliver_notes(delivery_id=delivery.pk) == "sent"
        return len(queries)

    cost(1)  # opens the conversation
    assert cost(1) == cost(50) <= 24
