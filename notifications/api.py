"""The doors to a person's devices and to what they were told."""

import re
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import ClinicMember
from notifications.actions.mark_read import mark_read
from notifications.actions.register_device import register_device, retire_device
from notifications.endpoints import may_be_sent_to
from notifications.models import Notification
from notifications.queries import device_of, notification_of
from notifications.sms import NUMBER
from notifications.states import NotificationType, Platform
from notifications.transports.base import TransportDown
from notifications.transports.vapid import public_key
from okta.errors import Refusal
from okta.fields import Key, WireSerializer
from okta.paging import CURSOR, Page, page_of

EXPO_TOKEN = re.compile(r"Expo(nent)?PushToken\[[^\[\]\s]+\]")


class NotificationRow(WireSerializer):
    """One thing somebody was told; ``data.type`` says which page it leads to."""

    id = Key()
    type = serializers.ChoiceField(choices=NotificationType.choices)
    title = serializers.CharField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Declared as an attribute it would hide the serializer's own ``data``.
        return super().get_fields() | {"data": serializers.DictField()}


class RegisterDevice(APIView):
    """Where a person can be reached."""

    permission_classes = [ClinicMember]

    @extend_schema_serializer(component_name="DeviceInput")
    class Input(WireSerializer):
        """A device as its push service knows it."""

        @extend_schema_serializer(component_name="WebPushKeys")
        class Keys(WireSerializer):
            """The keys of a Web Push subscription."""

            p256dh = serializers.CharField(max_length=200)
            auth = serializers.CharField(max_length=100)

        platform = serializers.ChoiceField(choices=Platform.choices)
        token = serializers.CharField(
            max_length=2000,
            # The unique index holds 2,704 bytes; every push service's tokens and endpoints are ASCII.
            validators=[RegexValidator(r"^[!-~]+$", _("A push token is printable ASCII without spaces."))],
            help_text="For Web Push: the subscription's endpoint.",
        )
        keys = Keys(required=False, allow_null=True, help_text="Web Push only.")

        def validate_platform(self, platform: str) -> str:
            if platform == Platform.SMS:
                raise serializers.ValidationError(_("Phone numbers are registered by the clinic's administrators."))
            return platform

        def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
            if NUMBER.fullmatch(attrs["token"]):
                # Tokens move to whoever registers them; a phone number must not, under whatever name.
                raise serializers.ValidationError({"token": [_("This is a phone number, not a push token.")]})
            if attrs["platform"] == Platform.EXPO and not EXPO_TOKEN.fullmatch(attrs["token"]):
                raise serializers.ValidationError({"token": [_("This is not an Expo push token.")]})
            if attrs["platform"] == Platform.WEBPUSH and not attrs.get("keys"):
                raise serializers.ValidationError({"keys": [_("A Web Push subscription has keys.")]})
            if attrs["platform"] == Platform.WEBPUSH and not may_be_sent_to(
                attrs["token"], also=settings.WEBPUSH_HOSTS
            ):
                raise serializers.ValidationError({"token": [_("This is not the address of a known push service.")]})
            return attrs

    @extend_schema_serializer(component_name="Device")
    class Output(WireSerializer):
        """A registered device."""

        id = Key()
        platform = serializers.ChoiceField(choices=Platform.choices)

    @extend_schema(request=Input, responses={201: Output, 200: Output})
    def post(self, request: Request) -> Response:
        """Register the caller's device; a known token answers 200 and moves to the caller."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        device, created = register_device(user=caller(request), **body.validated_data)
        return Response(self.Output(device).data, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)


class ForgetDevice(APIView):
    """One device of the caller."""

    permission_classes = [ClinicMember]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, device_id: int) -> Response:
        """Send nothing to this device any more, until it is registered again."""
        retire_device(device=device_of(user=caller(request), device_id=device_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebPushOff(Refusal):
    """This installation has no key to make subscriptions with."""

    code = "web_push_not_configured"
    status = 404
    sentence = _("Web Push is not set up here.")


class WebPushKey(APIView):
    """What a browser needs to subscribe."""

    permission_classes = [ClinicMember]
    also_answers = (404,)

    class Output(WireSerializer):
        """The key to hand to ``PushManager.subscribe`` as ``applicationServerKey``."""

        public_key = serializers.CharField(help_text="The uncompressed point on P-256, in base64url without padding.")

    @extend_schema(responses=Output)
    def get(self, request: Request) -> Response:
        """The public key of this installation; another one than a subscription was made with makes it void."""
        try:
            return Response(self.Output({"public_key": public_key()}).data)
        except TransportDown as missing:
            raise WebPushOff from missing


class Notifications(APIView):
    """What the caller was told."""

    permission_classes = [ClinicMember]

    @extend_schema(parameters=[CURSOR], responses=page_of("Notification", NotificationRow))
    def get(self, request: Request) -> Response:
        """The caller's notifications, newest first."""
        told = Notification.objects.filter(recipient=caller(request))
        page = Page(request, told, ordering=["-created_at", "-id"])
        return Response(page.answer(NotificationRow(page.rows, many=True).data))


class ReadNotification(APIView):
    """One notification of the caller."""

    permission_classes = [ClinicMember]

    @extend_schema(request=None, responses=NotificationRow)
    def post(self, request: Request, notification_id: int) -> Response:
        """Mark a notification as read."""
        notification = notification_of(user=caller(request), notification_id=notification_id)
        mark_read(notification=notification)
        return Response(NotificationRow(notification).data)
