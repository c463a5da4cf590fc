"""The door for answers to our text messages: Twilio's webhook, by which people opt out and in again."""

from typing import cast

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from notifications.actions.opt_out import opt_in, opt_out
from notifications.sms import number_from, signature, wish
from okta.errors import NotFound, Refusal

# Twilio wants instructions what to answer: none.
NOTHING_TO_SAY = "<Response/>"


class NotFromTwilio(Refusal):
    """The request does not bear the signature of whoever knows our auth token."""

    code = "invalid_signature"
    status = 403
    sentence = _("The signature of this request is not valid.")


class SmsInbound(APIView):
    """What somebody replied to a text message."""

    authentication_classes = []
    permission_classes = [AllowAny]
    parser_classes = [FormParser]
    also_answers = (403, 404)

    class Input(serializers.Serializer[dict[str, str]]):
        """Of Twilio's form, the two fields we read; all of them are signed."""

        From = serializers.CharField(required=False, help_text="The number that replied, E.164.")
        Body = serializers.CharField(required=False, allow_blank=True, help_text="What it replied.")

    @extend_schema(
        request={"application/x-www-form-urlencoded": Input}, responses={(200, "text/xml"): OpenApiTypes.STR}
    )
    def post(self, request: Request) -> HttpResponse:
        """Opt a number out when its owner replies STOP, and in again at START; anything else changes nothing."""
        if not (settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN):
            raise NotFound
        # One parser is allowed, and it makes nothing else.
        form = cast(QueryDict, request.data)
        url = settings.PUBLIC_URL.rstrip("/") + request.get_full_path()
        expected = signature(url, dict(form.lists()), token=settings.TWILIO_AUTH_TOKEN)
        if not constant_time_compare(request.headers.get("X-Twilio-Signature", ""), expected):
            raise NotFromTwilio
        number = number_from(form.get("From", ""))
        wanted = wish(form.get("Body", ""))
        if number is not None and wanted is not None:
            (opt_in if wanted else opt_out)(number=number)
        return HttpResponse(NOTHING_TO_SAY, content_type="text/xml")
