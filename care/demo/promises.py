"""Writing what the demo's providers promised to say, and what parents wrote through the mobile client."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import NAMESPACE_DNS, UUID, uuid5

from accounts.models import Tenant
from care.demo.cast import MAYA, PAT
from care.demo.people import Cared
from feedback.actions.conversation import feedback_conversation
from followups.actions.make_key import make_key
from followups.actions.schedule import schedule
from followups.models import ApiKey, FollowUpAttempt, FollowUpMessage, FollowUpRequest, ProviderReviewRequest
from followups.states import Channel, Outcome, Status
from messaging.models import Conversation

NINE: Final = time(9)
KEY_NAME: Final = "Demo of the mobile client"
GONE: Final = "ExponentPushToken[demo-gone]"


@dataclass(frozen=True, slots=True)
class Family:
    """A parent who writes through the mobile client, and whom the clinic knows from there alone."""

    child: str
    age: str
    title: str
    summary: str
    answer: str
    follow_up: str
    reply: str = ""
    token: str | None = None

    @property
    def conversation_id(self) -> UUID:
        return uuid5(NAMESPACE_DNS, f"{self.child}.families.example.com".lower())

    @property
    def user_id(self) -> str:
        return uuid5(NAMESPACE_DNS, f"parent-of-{self.child}.families.example.com".lower()).hex


SAM = Family(
    child="Sam",
    age="2 years",
    title="Fever since yesterday",
    summary="Fever of 38.6 °C since last night, drinks well, no rash.",
    answer="Plenty to drink, and rest. Call us at once if he is hard to wake or the fever passes 40 °C.",
    follow_up="How is Sam today? Is he drinking?",
    reply="Much better, thank you! He slept through and ate breakfast.",
)
MIA = Family(
    child="Mia",
    age="11 months",
    title="Cough at night",
    summary="Dry cough at night for three days, plays during the day.",
    answer="Sounds like a viral cough. Keep the room cool and humid.",
    follow_up="Is Mia coughing less at night?",
    token=GONE,
)


def keep_promises_of(cared: Cared, *, now: datetime) -> dict[str, str]:
    """
    Write the review request that makes a conversation known to the mobile client, while none is pending.

    For one patient something is promised for tomorrow at nine, their time. Returns what names the
    conversation to the client.
    """
    conversation = feedback_conversation(patient=cared.patient, doctors=cared.doctors)
    if conversation is None:
        return {}
    who = {"tenant_id": conversation.tenant_id, "conversation_id": conversation.pk, "user_id": str(cared.patient.pk)}
    if cared.patient.email in (PAT.email, MAYA.email):
        ProviderReviewRequest.objects.get_or_create(
            **who, status="pending", defaults={"conversation_title": f"Check-in with {cared.patient.first_name}"}
        )
    if cared.patient.email == MAYA.email:
        _promise_tomorrow(cared, conversation, now)
    return {"conversationId": str(conversation.pk), "userId": str(cared.patient.pk)}


def _promise_tomorrow(cared: Cared, conversation: Conversation, now: datetime) -> None:
    if FollowUpRequest.objects.filter(conversation_id=conversation.pk, status=Status.SCHEDULED).exists():
        return
    zone = cared.patient.zone
    text = f"Good morning, {cared.patient.first_name}! How does the shoulder feel after yesterday?"
    schedule(
        tenant_id=conversation.tenant_id,
        columns={
            "conversation_id": conversation.pk,
            "user_id": str(cared.patient.pk),
            "display_text": text,
            "original_message": text,
            "scheduled_for": datetime.combine(now.astimezone(zone).date() + timedelta(days=1), NINE, tzinfo=zone),
        },
        scheduled_by=cared.owner,
    )


def write_families(tenant: Tenant, *, now: datetime) -> None:
    """Write the families' conversations with one follow-up each, the one delivered and the other not."""
    for family, days_ago in ((SAM, 2), (MIA, 4)):
        if not ProviderReviewRequest.objects.filter(conversation_id=family.conversation_id).exists():
            _write_family(family, tenant, now - timedelta(days=days_ago))


def _write_family(family: Family, tenant: Tenant, at: datetime) -> None:
    who = {"tenant": tenant, "conversation_id": family.conversation_id, "user_id": family.user_id}
    child = {"child_name": family.child, "child_age": family.age}
    at = at.replace(microsecond=0)
    ProviderReviewRequest.objects.create(
        **who,
        **child,
        conversation_title=family.title,
        conversation_summary=family.summary,
        status="responded",
        provider_name="Dr. Dana Reed",
        provider_response=family.answer,
        responded_at=at - timedelta(hours=23),
        created_at=at - timedelta(hours=24),
        device_token=family.token,
    )
    follow_up = FollowUpRequest.objects.create(
        **who, **child, display_text=family.follow_up, original_message=family.follow_up, scheduled_for=at,
        created_at=at - timedelta(hours=23), attempts=1, status=Status.FAILED if family.token else Status.SENT,
        sent_at=None if family.token else at, failed_at=at if family.token else None,
        last_error="DeviceNotRegistered" if family.token else "",
    )  # fmt: skip
    FollowUpAttempt.objects.create(
        follow_up_id=follow_up.pk, tenant=tenant, number=1, at=at, token=family.token or "",
        channel=Channel.EXPO if family.token else Channel.IN_APP,
        outcome=Outcome.REFUSED if family.token else Outcome.ACCEPTED,
        reason="DeviceNotRegistered" if family.token else "",
    )  # fmt: skip
    if family.reply:
        said = {"message_content": family.follow_up, "timestamp": at, "created_at": at, "follow_up_id": follow_up.pk}
        FollowUpMessage.objects.create(**who, **said, is_read=True)
        heard = at + timedelta(minutes=40)
        FollowUpMessage.objects.create(
            **who, message_content=family.reply, timestamp=heard, created_at=heard, is_from_user=True
        )


def fresh_key(tenant: Tenant) -> str:
    """A key for whoever is told of the demo, in place of the one that was told before."""
    ApiKey.objects.filter(tenant=tenant, name=KEY_NAME).delete()
    return make_key(tenant=tenant, name=KEY_NAME, made_by=None)[1]
