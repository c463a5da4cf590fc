"""The providers' own doors to follow-ups."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.validators import ProhibitNullCharactersValidator
from django.utils.functional import Promise
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import DoctorOnly
from followups import rules
from followups.actions.cancel import cancel
from followups.actions.change import change
from followups.actions.retry import retry
from followups.actions.schedule import schedule
from followups.models import FollowUpRequest
from followups.models.columns import EARLIEST, LATEST
from followups.queries import follow_up_of, follow_ups_seen_by, own_follow_up_of
from followups.states import Status, Urgency
from messaging.queries import conversation_of
from okta.errors import InvalidInput
from okta.fields import WireSerializer
from okta.paging import CURSOR, Page, page_of


class DisplayText(serializers.CharField):
    """What will be said, as it was written: at most 500 characters as a reader counts them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        problem: str | Promise | None = rules.wrong_with(text) if isinstance(text, str) else None
        if problem is not None:
            raise serializers.ValidationError([str(problem)])
        return text


class Instant(serializers.DateTimeField):
    """An instant with its zone, which every list can show; one that has passed is sent at once."""

    default_error_messages = {
        "overflow": _("Choose a time between the years 1900 and 9000."),
        "no_zone": _("Give the time with its zone, such as 2025-11-09T17:30:12Z."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        # The framework would take it for UTC, and the parent would hear of it hours off.
        if is_naive(value):
            self.fail("no_zone")
        return super().enforce_timezone(value)

    def to_internal_value(self, value: Any) -> Any:
        instant = super().to_internal_value(value)
        if not EARLIEST <= instant < LATEST:
            self.fail("overflow")
        return instant


def _words(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=200, required=False, allow_null=True, validators=[ProhibitNullCharactersValidator()], **kwargs
    )


class FollowUpRow(WireSerializer):
    """A follow-up; ``lastError`` is what the push service or we said of the last attempt that went wrong."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    display_text = serializers.CharField()
    scheduled_for = serializers.DateTimeField()
    urgency = serializers.CharField()
    status = serializers.CharField(help_text="scheduled, sent, failed or cancelled.")
    child_name = serializers.CharField(allow_null=True)
    child_age = serializers.CharField(allow_null=True)
    scheduled_by_id = serializers.IntegerField(allow_null=True)
    scheduled_by_name = serializers.CharField(source="scheduled_by.name", allow_null=True, default=None)
    attempts = serializers.IntegerField(min_value=0)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)


class FollowUps(APIView):
    """The follow-ups of the conversations that the caller sees."""

    permission_classes = [DoctorOnly]
    also_answers = (404,)

    @extend_schema_serializer(component_name="FollowUpInput")
    class Input(WireSerializer):
        """What to say to the patient of a conversation, and when."""

        conversation_id = serializers.UUIDField()
        display_text = DisplayText()
        scheduled_for = Instant()
        urgency = serializers.ChoiceField(choices=Urgency.choices, default=Urgency.ROUTINE)
        child_name = _words()
        child_age = _words()

    @extend_schema_serializer(component_name="FollowUpQuery")
    class Query(WireSerializer):
        """Which of them."""

        status = serializers.ChoiceField(choices=Status.choices, required=False)
        conversation_id = serializers.UUIDField(required=False)

    @extend_schema(
        parameters=[
            OpenApiParameter("status", str, enum=Status.values),
            OpenApiParameter("conversationId", UUID),
            CURSOR,
        ],
        responses=page_of("FollowUp", FollowUpRow),
    )
    def get(self, request: Request) -> Response:
        """Follow-ups, the last made first."""
        user = caller(request)
        query = self.Query(data=request.query_params)
        query.is_valid(raise_exception=True)
        if "conversation_id" in query.validated_data:
            conversation_of(user=user, conversation_id=query.validated_data["conversation_id"])
        rows = follow_ups_seen_by(user).filter(**query.validated_data).select_related("scheduled_by")
        page = Page(request, rows, ordering=["-created_at", "-id"])
        return Response(page.answer(FollowUpRow(page.rows, many=True).data))

    @extend_schema(request=Input, responses={201: FollowUpRow, 200: FollowUpRow})
    def post(self, request: Request) -> Response:
        """Promise a message; the same one within ten minutes answers 200 with the follow-up that stands."""
        user = caller(request)
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        conversation = conversation_of(user=user, conversation_id=body.validated_data["conversation_id"])
        if conversation.patient_id is None:
            raise InvalidInput({"conversationId": [str(_("There is no patient in this conversation."))]})
        follow_up, created = schedule(
            tenant_id=conversation.tenant_id,
            columns={
                **body.validated_data,
                "user_id": str(conversation.patient_id),
                "original_message": body.validated_data["display_text"],
            },
            scheduled_by=user,
        )
        return Response(FollowUpRow(follow_up).data, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)


class ChangeFollowUp(APIView):
    """One follow-up of the caller's."""

    permission_classes = [DoctorOnly]
    also_answers = (409,)

    @extend_schema_serializer(component_name="FollowUpChange")
    class Input(WireSerializer):
        """What is to be different."""

        display_text = DisplayText(required=False)
        scheduled_for = Instant(required=False)
        urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
        child_name = _words()
        child_age = _words()

    @extend_schema(request=Input, responses=FollowUpRow)
    def patch(self, request: Request, follow_up_id: UUID) -> Response:
        """Change what was promised, while it is still scheduled."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        follow_up = own_follow_up_of(user=caller(request), follow_up_id=follow_up_id)
        return _answer(change(follow_up_id=follow_up.pk, columns=body.validated_data))


class CancelFollowUp(APIView):
    """One follow-up of a conversation the caller sees."""

    permission_classes = [DoctorOnly]
    also_answers = (409,)

    @extend_schema(request=None, responses=FollowUpRow)
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """Take a promise back; any provider of the conversation may, and may again."""
        user = caller(request)
        cancel(follow_up_id=follow_up_of(user=user, follow_up_id=follow_up_id).pk)
        return _answer(follow_up_of(user=user, follow_up_id=follow_up_id))


class RetryFollowUp(APIView):
    """One failed follow-up of a conversation the caller sees."""

    permission_classes = [DoctorOnly]
    also_answers = (409,)

    @extend_schema_serializer(component_name="FollowUpRetry")
    class Input(WireSerializer):
        """How to try again; nothing said: as before."""

        channel = serializers.ChoiceField(choices=[("in_app", _("In the app"))], required=False, allow_null=True)

    @extend_schema(request=Input, responses=FollowUpRow)
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """Try a failed follow-up again, with all its attempts; ``in_app`` sends no push."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        follow_up = follow_up_of(user=caller(request), follow_up_id=follow_up_id)
        return _answer(retry(follow_up_id=follow_up.pk, in_app_only=body.validated_data.get("channel") == "in_app"))


def _answer(follow_up: FollowUpRequest) -> Response:
    return Response(FollowUpRow(follow_up).data)
