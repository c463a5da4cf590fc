"""The list of conversations, and opening one; what the list shows comes from several apps."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.models import User
from accounts.permissions import ClinicMember
from followups.queries import scheduled_in
from messaging.actions.open_conversation import open_conversation
from messaging.audience import audience
from messaging.models import Conversation
from messaging.queries import Thread, threads, visible_conversations
from messaging.states import ConversationType
from messaging.wire import MessageRow, ParticipantRow
from okta.fields import Key, WireSerializer
from okta.paging import CURSOR, Page, page_of


class ConversationRow(WireSerializer):
    """A thread in the list; a group without a title has ``null`` there."""

    id = serializers.UUIDField(source="conversation.pk")
    type = serializers.ChoiceField(choices=ConversationType.choices, source="conversation.type")
    title = serializers.SerializerMethodField()
    participants = ParticipantRow(many=True, source="people")
    last_message = MessageRow(allow_null=True)
    unread_count = serializers.IntegerField(min_value=0)
    has_scheduled_follow_up = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="conversation.created_at")
    last_activity_at = serializers.DateTimeField(source="conversation.last_activity_at")

    def get_title(self, thread: Thread) -> str | None:
        return thread.conversation.title or None

    def get_has_scheduled_follow_up(self, thread: Thread) -> bool:
        return thread.conversation.pk in self.context["scheduled"]


def _rows(user: User, conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    """The conversations as the list shows them, in a constant number of queries."""
    scheduled = scheduled_in([conversation.pk for conversation in conversations], tenant_id=user.tenant_id)
    shown = threads(user=user, conversations=conversations)
    return [ConversationRow(thread, context={"scheduled": scheduled}).data for thread in shown]


class Conversations(APIView):
    """The caller's conversations."""

    permission_classes = [ClinicMember]

    @extend_schema_serializer(component_name="ConversationInput")
    class Input(WireSerializer):
        """The people of a conversation, and for a group its title."""

        participant_ids = serializers.ListField(
            child=Key(), max_length=100, help_text="The other people; the caller takes part without being named."
        )
        title = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True)

    @extend_schema(parameters=[CURSOR], responses=page_of("Conversation", ConversationRow))
    def get(self, request: Request) -> Response:
        """The conversations the caller may see, the last active first."""
        user = caller(request)
        page = Page(request, visible_conversations(user), ordering=["-last_activity_at", "-pk"])
        return Response(page.answer(_rows(user, page.rows)))

    @extend_schema(request=Input, responses={201: ConversationRow, 200: ConversationRow})
    def post(self, request: Request) -> Response:
        """Open the conversation of the caller and these people; 200 with the standing one if there is one."""
        user = caller(request)
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        people = audience(caller=user, ids=body.validated_data["participant_ids"])
        conversation, created = open_conversation(people=people, title=body.validated_data.get("title") or "")
        [shown] = _rows(user, [conversation])
        return Response(shown, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)
