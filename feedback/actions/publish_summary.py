from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.models import User
from accounts.queries import connected_doctors, feature_on
from feedback.actions.conversation import feedback_conversation
from feedback.cards import flagged_exercises, flagged_words, summary_card
from feedback.locks import lock_due_summary
from feedback.models import FeedbackSummary
from feedback.states import ExerciseFlag
from messaging.actions.post_card import post_card
from messaging.models import Conversation
from messaging.states import MessageType
from notifications.actions.notify import Text, notify
from notifications.states import NotificationType


def publish_summary(*, key: str, skip_locked: bool = False) -> str:
    """
    Give the therapists the summary they are owed under ``key``; say what became of it.

    One transaction, any number of times by any number of workers: one card per key, ever, and one
    push per connected doctor. Nothing is sent when nothing is flagged, the clinic has the feature
    off, or no doctor is connected; the debt is settled all the same.
    """
    with transaction.atomic():
        summary = lock_due_summary(key, skip_locked=skip_locked)
        if summary is None:
            return "not due"
        outcome = _publish(summary)
        FeedbackSummary.objects.filter(pk=summary.pk).update(
            due_at=None, settled_at=Now(), attempts=0, dead_at=None, last_error=""
        )
    return outcome


def _publish(summary: FeedbackSummary) -> str:
    patient = summary.patient
    if not feature_on(patient.tenant_id, FEEDBACK_NOTIFICATIONS):
        return "feature off"
    flagged = _flagged(summary)
    if not flagged:
        return "nothing flagged"
    doctors = list(connected_doctors(patient).select_related("tenant"))
    conversation = feedback_conversation(patient=patient, doctors=doctors)
    if conversation is None:
        return "no connected doctor"
    _tell(summary, doctors, conversation, flagged)
    return "sent"


def _flagged(summary: FeedbackSummary) -> list[dict[str, Any]]:
    rows = flagged_words(summary.pain, summary.note)
    if summary.workout is not None:
        rows += flagged_exercises(list(summary.workout.exercises.select_related("exercise")))
    return rows


def _tell(
    summary: FeedbackSummary, doctors: Sequence[User], conversation: Conversation, flagged: list[dict[str, Any]]
) -> None:
    patient, workout_id = summary.patient, summary.workout_id
    high_pain = any(ExerciseFlag.PAIN in row["flags"] for row in flagged)
    with override(patient.tenant.language if patient.tenant else None):
        content = _sentence(patient, high_pain)
    post_card(
        conversation_id=conversation.pk,
        sender=patient,
        type=MessageType.PATIENT_FEEDBACK_SUMMARY,
        card_key=summary.key,
        content=content,
        metadata=summary_card(patient, workout_id, summary.day, flagged),
    )
    notify(
        recipients=doctors,
        type=NotificationType.PATIENT_FEEDBACK,
        key=summary.key,
        compose=lambda doctor: Text(title=str(patient.tenant), body=_sentence(patient, high_pain)),
        data={
            "type": NotificationType.PATIENT_FEEDBACK.value,
            "workoutId": workout_id,
            "conversationId": str(conversation.pk),
        },
        collapse_id=summary.key,
    )


def _sentence(patient: User, high_pain: bool) -> str:
    """The push text (feedback messages, 2026-04-09)."""
    if high_pain:
        return _("%(name)s reported high pain") % {"name": patient.name}
    return _("%(name)s left feedback") % {"name": patient.name}
