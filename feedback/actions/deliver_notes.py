from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import override

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.queries import connected_doctors, feature_on
from feedback.actions.conversation import feedback_conversation
from feedback.cards import note_card, note_heading, note_key
from feedback.locks import lock_due_delivery
from feedback.models import NoteDelivery
from feedback.queries import notes_of
from messaging.actions.post_card import remove_card, replace_card
from messaging.models import Conversation
from messaging.states import MessageType
from notifications.actions.notify import Text, notify
from notifications.states import NotificationType
from workouts.models import ExerciseInWorkout


def deliver_notes(*, delivery_id: int, skip_locked: bool = False) -> str:
    """
    Give the patient one card with all of a therapist's own notes on a workout; say what became of it.

    One transaction, any number of times by any number of workers, never before the quiet period
    ends on the database's clock: the notes are read under the delivery's lock, the previous card
    goes, the fresh one and its push are written, the debt is settled. A save that arrives meanwhile
    waits for the lock and arms the next window. With the feature off the debt is settled and
    nothing is sent; with every note cleared the old card goes and nothing is sent.
    """
    with transaction.atomic():
        delivery = lock_due_delivery(delivery_id, skip_locked=skip_locked)
        if delivery is None:
            return "not due"
        outcome, shown = _deliver(delivery)
        settled = NoteDelivery.objects.filter(pk=delivery.pk)
        settled.update(due_at=None, first_unsent_at=None, attempts=0, dead_at=None, last_error="")
        if shown is not None:
            sent = {"delivered_at": Now(), "delivered_rev": delivery.rev}
            settled.update(**sent if shown else dict.fromkeys(sent))
    return outcome


def _deliver(delivery: NoteDelivery) -> tuple[str, bool | None]:
    """Say what happened, and whether the patient now has a card; None: the card is as it was."""
    workout = delivery.workout
    if not feature_on(workout.tenant_id, FEEDBACK_NOTIFICATIONS):
        return "feature off", None
    noted = list(notes_of(delivery))
    if not noted:
        remove_card(card_key=note_key(workout.pk, delivery.doctor_id))
        return "cleared", False
    doctors = list(connected_doctors(workout.patient))
    conversation = None
    if delivery.doctor in doctors:  # Who has left the patient's care does not speak in it any more.
        conversation = feedback_conversation(patient=workout.patient, doctors=doctors)
    if conversation is None:
        return "doctor not connected", None
    _publish(delivery, conversation, noted)
    return "sent", True


def _publish(delivery: NoteDelivery, conversation: Conversation, noted: list[ExerciseInWorkout]) -> None:
    workout, patient, doctor = delivery.workout, delivery.workout.patient, delivery.doctor
    with override(patient.language):
        content = note_heading()
    replace_card(
        conversation_id=conversation.pk,
        sender=doctor,
        type=MessageType.DOCTOR_FEEDBACK_NOTE,
        card_key=note_key(workout.pk, doctor.pk),
        content=content,
        metadata=note_card(workout, doctor, delivery.rev, noted),
    )
    # The same save is told once, however often it is delivered.
    told = f"{workout.pk}:{doctor.pk}:{delivery.rev}"
    notify(
        recipients=[patient],
        type=NotificationType.DOCTOR_FEEDBACK,
        key=f"notes:{told}",
        compose=lambda _patient: Text(title=str(workout.tenant), body=note_heading()),
        data={
            "type": NotificationType.DOCTOR_FEEDBACK.value,
            "workoutId": workout.pk,
            "conversationId": str(conversation.pk),
        },
        collapse_id=told,
    )
