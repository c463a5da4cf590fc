"""What happens in these tests' stories, and what people got."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from feedback.actions.save_notes import save_notes
from feedback.actions.save_own_note import save_own_note
from feedback.models import NoteDelivery
from messaging.models import Message
from messaging.states import MessageType
from notifications.models import Push
from workouts.models import Workout


def save(workout: Workout, *texts: str, doctor: User | None = None) -> NoteDelivery:
    """The owner (or ``doctor``) saves ``texts`` on the exercises of a workout, in their order, as the doors do."""
    ids = list(workout.exercises.values_list("pk", flat=True))[: len(texts)]
    doctor = doctor or workout.doctor
    if len(texts) == 1:
        saved = save_own_note(exercise_in_workout_id=ids[0], doctor=doctor, text=texts[0])
        if saved is not None:
            return saved.delivery
    return save_notes(workout=workout, doctor=doctor, texts=dict(zip(ids, texts, strict=True)))


def quiet_period_ends(delivery: NoteDelivery) -> None:
    """Move the row as if its quiet period had just ended."""
    NoteDelivery.objects.filter(pk=delivery.pk).update(due_at=Now())


def time_passes(delivery: NoteDelivery, by: timedelta) -> None:
    """Move every instant of the row that far into the past."""
    NoteDelivery.objects.filter(pk=delivery.pk).update(
        due_at=F("due_at") - by, first_unsent_at=F("first_unsent_at") - by
    )


def wait_of(delivery: NoteDelivery) -> timedelta:
    """How long a delivery waits from its last save on, on the row's own instants."""
    delivery.refresh_from_db()
    assert delivery.due_at is not None
    assert delivery.first_unsent_at is not None
    return delivery.due_at - delivery.first_unsent_at


def note_cards(workout: Workout) -> list[list[str]]:
    """The texts on each note card of a workout, oldest card first."""
    cards = Message.objects.filter(type=MessageType.DOCTOR_FEEDBACK_NOTE, metadata__workoutId=workout.pk)
    return [_texts(card.metadata) for card in cards.order_by("conversation", "seq")]


def _texts(metadata: Any) -> list[str]:
    return [row["doctorNotesPostExercise"] for row in metadata["exercises"]]


def pushes_to(user: User) -> list[str]:
    """The text of every push owed or sent to a person's devices."""
    return list(Push.objects.filter(device__user=user).order_by("pk").values_list("body", flat=True))
