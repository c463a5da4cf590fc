"""Follow-ups in whatever state, and what became of them."""

from typing import Any
from uuid import UUID, uuid4

from django.db.models.functions import Now

from followups.actions.deliver_due import deliver_due
from followups.models import FollowUpAttempt, FollowUpMessage, FollowUpRequest, ProviderReviewRequest
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation, Message
from notifications.models import Device
from notifications.states import Platform
from tests.make import Make

TOKEN = "ExponentPushToken[pat]"


def promised(**columns: Any) -> FollowUpRequest:
    """A follow-up that came due this minute, from outside unless ``columns`` say more."""
    given = {
        "conversation_id": uuid4(),
        "user_id": "7c0f",
        "scheduled_for": Now(),
        "display_text": "How is Sam?",
        **columns,
    }
    row = FollowUpRequest.objects.create(**given)
    row.refresh_from_db()
    return row


def thread(make: Make) -> Conversation:
    """The conversation of Dana and Pat."""
    conversation, _ = open_conversation(people=[make.dana, make.pat])
    return conversation


def for_pat(make: Make, **columns: Any) -> FollowUpRequest:
    """A follow-up from Dana to Pat, due."""
    given = {"conversation_id": thread(make).pk, "user_id": str(make.pat.pk), "tenant": make.clinic}
    return promised(**{**given, "scheduled_by": make.dana, **columns})


def review(follow_up: FollowUpRequest, **columns: Any) -> ProviderReviewRequest:
    """The review request that makes the parent of ``follow_up`` known."""
    given = {
        "conversation_id": follow_up.conversation_id,
        "user_id": follow_up.user_id,
        "tenant_id": follow_up.tenant_id,
        **columns,
    }
    return ProviderReviewRequest.objects.create(**given)


def device(user: Any, token: str = TOKEN, **fields: Any) -> Device:
    return Device.objects.create(user=user, token=token, **{"platform": Platform.EXPO, **fields})


def deliver(*, times: int = 1) -> None:
    for _ in range(times):
        deliver_due()


def due_again() -> None:
    """Let every wait for a next attempt be over."""
    FollowUpRequest.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=Now())


def status_of(follow_up: FollowUpRequest) -> str:
    return FollowUpRequest.objects.values_list("status", flat=True).get(pk=follow_up.pk)


def messages() -> list[tuple[UUID, str]]:
    """What was said to parents, in the order a client shows it."""
    rows = FollowUpMessage.objects.order_by("timestamp", "created_at", "pk")
    return list(rows.values_list("conversation_id", "message_content"))


def said_in(conversation: Conversation) -> list[str]:
    """The follow-ups in the clinic's own thread."""
    return list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("content", flat=True))


def tried(follow_up: FollowUpRequest) -> list[tuple[int, str, str, str]]:
    """The record of a follow-up's attempts: which, where, with what outcome, and why."""
    rows = FollowUpAttempt.objects.filter(follow_up_id=follow_up.pk).order_by("pk")
    return list(rows.values_list("number", "channel", "outcome", "reason"))
