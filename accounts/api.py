"""Signing in and out, one's own preferences, and the clinic's features."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_204_NO_CONTENT
from rest_framework.views import APIView

from accounts import wire
from accounts.actions.set_preferences import set_preferences
from accounts.actions.sign_in import sign_in
from accounts.actions.sign_out import sign_out
from accounts.authentication import caller
from accounts.models import validate_zone
from accounts.permissions import ClinicMember
from accounts.queries import features
from accounts.states import Language
from okta import clock
from okta.fields import WireSerializer


class SignIn(APIView):
    """Trade e-mail and password for a token."""

    authentication_classes = []
    permission_classes = [AllowAny]
    also_answers = (401, 429)

    class Input(WireSerializer):
        email = serializers.CharField(max_length=254, help_text="In any case.")
        password = serializers.CharField(max_length=1024, trim_whitespace=False)

    class Output(WireSerializer):
        token = serializers.CharField(help_text="For `Authorization: Bearer …`; it is not shown again.")
        expires_at = serializers.DateTimeField()
        user = wire.Person()

    @extend_schema(request=Input, responses=Output, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in. After too many failures the answer is 429, with `Retry-After` in seconds."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(self.Output(sign_in(request=request, now=clock.now(), **body.validated_data)).data)


class SignOut(APIView):
    """Revoke the token this request carries."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out on this device."""
        sign_out(token=request.auth)
        return Response(status=HTTP_204_NO_CONTENT)


class Me(APIView):
    """The person who is signed in."""

    class Input(WireSerializer):
        timezone = serializers.CharField(
            required=False,
            allow_blank=True,
            max_length=64,
            validators=[validate_zone],
            help_text="An IANA name such as Europe/Berlin; empty for the clinic's.",
        )
        language = serializers.ChoiceField(choices=Language.choices, required=False)

    @extend_schema(responses=wire.Person)
    def get(self, request: Request) -> Response:
        """Who am I."""
        return Response(wire.person(caller(request)))

    @extend_schema(request=Input, responses=wire.Person)
    def patch(self, request: Request) -> Response:
        """Change time zone or language; what is not named stays."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        set_preferences(user=caller(request), **body.validated_data)
        return Response(wire.person(caller(request)))


class Features(APIView):
    """What the clinic has switched on."""

    permission_classes = [ClinicMember]

    class Output(WireSerializer):
        features = serializers.DictField(child=serializers.BooleanField(), help_text="Every known flag.")

    @extend_schema(responses=Output)
    def get(self, request: Request) -> Response:
        """Every known feature, on or off."""
        return Response({"features": features(caller(request).tenant_id)})
