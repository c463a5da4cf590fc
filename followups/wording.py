"""What a follow-up says in a push, in the thread and in the feed."""

from uuid import UUID

from django.utils import translation

from followups.parcels import Parcel, Target
from followups.rules import title
from messaging.actions.post_cards import Card
from messaging.states import MessageType
from notifications.actions.notify import nothing_said
from notifications.actions.record import Entry
from notifications.rules import BODY_BYTES, TITLE_BYTES, discreet_data, shorten
from notifications.states import NotificationType
from notifications.transports.base import Outgoing


def key_of(follow_up_id: UUID) -> str:
    """What its card, its feed entry and every repetition of its push are known by."""
    return f"follow-up:{follow_up_id}"


def push_data(parcel: Parcel) -> dict[str, str]:
    """What the app gets with the push: both spellings, since two kinds of clients read it."""
    return {
        "conversation_id": str(parcel.conversation_id),
        "conversationId": str(parcel.conversation_id),
        "type": "follow_up",
        "follow_up_id": str(parcel.id),
    }


def push(parcel: Parcel, target: Target, *, discreet: bool) -> Outgoing:
    """The push to one place; where the clinic wants discretion, it says only that there is something."""
    heading, body, data = _title(parcel), parcel.text, push_data(parcel)
    if discreet:
        with translation.override(parcel.language):
            said = nothing_said()
        heading, body, data = said.title, said.body, discreet_data(data)
    return Outgoing(
        push_id=parcel.id,
        token=target.token,
        title=shorten(heading, max_bytes=TITLE_BYTES),
        body=shorten(body, max_bytes=BODY_BYTES),
        data=data,
        collapse_id=key_of(parcel.id),
        urgent=parcel.urgent,
        keys=target.keys,
    )


def card(parcel: Parcel) -> Card | None:
    """Its message in the clinic's own thread, if it has a place and a speaker there."""
    if parcel.sender_id is None:
        return None
    return Card(
        conversation_id=parcel.conversation_id,
        sender_id=parcel.sender_id,
        type=MessageType.FOLLOW_UP,
        key=key_of(parcel.id),
        content=parcel.text,
        metadata={
            "feedbackType": None,
            "followUpId": str(parcel.id),
            "urgency": "urgent" if parcel.urgent else "routine",
        },
    )


def entry(parcel: Parcel) -> Entry | None:
    """Its entry in the parent's feed, if the parent is one of the clinic's people."""
    if parcel.person_id is None:
        return None
    return Entry(
        recipient_id=parcel.person_id,
        type=NotificationType.FOLLOW_UP,
        key=key_of(parcel.id),
        title=_title(parcel),
        body=parcel.text,
        data=push_data(parcel),
    )


def _title(parcel: Parcel) -> str:
    with translation.override(parcel.language):
        return title(parcel.provider_name)
