"""The doors to the messages of a conversation."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import ClinicMember
from messaging.actions.mark_read import mark_read
from messaging.actions.post_message import post_message
from messaging.queries import conversation_of, messages_of, unread_in, unread_total
from messaging.rules import MAX_TEXT
from messaging.wire import MessageRow, UnreadCount
from okta.errors import InvalidInput
from okta.fields import Key, WireSerializer
from okta.paging import CURSOR, Page, page_of


class Messages(APIView):
    """What is said in one conversation."""

    permission_classes = [ClinicMember]

    @extend_schema_serializer(component_name="MessageInput")
    class Input(WireSerializer):
        """A text to write into a conversation; spaces around it are cut."""

        content = serializers.CharField(max_length=MAX_TEXT)
        client_message_id = serializers.CharField(
            max_length=64,
            required=False,
            allow_null=True,
            help_text="The client's own name for the message: a repetition answers the first one.",
        )

    @extend_schema(parameters=[CURSOR], responses=page_of("Message", MessageRow))
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """The messages of a conversation, newest first."""
        conversation = conversation_of(user=caller(request), conversation_id=conversation_id)
        page = Page(request, messages_of(conversation), ordering=["-seq"])
        return Response(page.answer(MessageRow(page.rows, many=True).data))

    @extend_schema(request=Input, responses={201: MessageRow, 200: MessageRow})
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Write into a conversation; repeating a `clientMessageId` answers 200 with the first message."""
        sender = caller(request)
        conversation = conversation_of(user=sender, conversation_id=conversation_id)
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        message, created = post_message(conversation=conversation, sender=sender, **body.validated_data)
        return Response(MessageRow(message).data, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)


class ReadUpTo(APIView):
    """How far somebody has read."""

    permission_classes = [ClinicMember]

    @extend_schema_serializer(component_name="ReadInput")
    class Input(WireSerializer):
        """How far somebody has read."""

        message_id = Key(help_text="The newest message the person has seen.")

    @extend_schema(request=Input, responses=UnreadCount)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Mark a conversation as read up to a message; answers what is still unread in it."""
        reader = caller(request)
        conversation = conversation_of(user=reader, conversation_id=conversation_id)
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        message = conversation.messages.filter(pk=body.validated_data["message_id"]).first()
        if message is None:
            raise InvalidInput({"messageId": [_("There is no such message in this conversation.")]})
        mark_read(conversation=conversation, user=reader, message=message)
        return Response({"unreadCount": unread_in(user=reader, conversation=conversation)})


class Unread(APIView):
    """The number on the badge."""

    permission_classes = [ClinicMember]

    @extend_schema(responses=UnreadCount)
    def get(self, request: Request) -> Response:
        """How many messages the caller has not read, in all conversations."""
        return Response({"unreadCount": unread_total(caller(request))})
