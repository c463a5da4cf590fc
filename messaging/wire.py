"""What a message looks like on the wire, wherever one is shown."""

from rest_framework import serializers

from accounts.states import UserType
from messaging.cards import CardField
from messaging.states import MessageType
from okta.fields import Key, WireSerializer


class MessageRow(WireSerializer):
    """A message; its sender should be loaded."""

    id = Key()
    conversation_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=MessageType.choices)
    sender_id = Key()
    sender_name = serializers.CharField(source="sender.name")
    content = serializers.CharField()
    metadata = CardField(allow_null=True)
    client_message_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class ParticipantRow(WireSerializer):
    """One of the people in a conversation."""

    id = Key()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    user_type = serializers.ChoiceField(choices=UserType.choices)


class UnreadCount(WireSerializer):
    """How many messages of others somebody has not read."""

    unread_count = serializers.IntegerField(min_value=0)
