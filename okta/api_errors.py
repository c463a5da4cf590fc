"""
One shape for every error: ``{"error": sentence, "code": name, "fields": {path: [sentence, …]}}``.

``fields`` is present when input was at fault; a path speaks the wire's own names, such as
``notes.1.exerciseInWorkoutId``.
"""

import math
import traceback
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.settings import api_settings

from okta.errors import InvalidInput, Refusal


class _RefusalAnswer(APIException):
    """A refusal in the words of DRF; its ``retry_after``, if it has one, is told in a header."""

    def __init__(self, refusal: Refusal) -> None:
        self.status_code = refusal.status
        super().__init__(detail=str(refusal.sentence), code=refusal.code)
        if self.status_code == status.HTTP_401_UNAUTHORIZED:
            self.auth_header = settings.REST_KNOX["AUTH_HEADER_PREFIX"]
        retry_after: timedelta | None = getattr(refusal, "retry_after", None)
        if retry_after is not None:
            self.wait = math.ceil(retry_after.total_seconds())


class Handler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Refusal):
            return _RefusalAnswer(exc)
        if isinstance(exc, RecursionError) and _raised_in(exc).startswith("json"):
            return ParseError(_("The JSON is nested too deeply."))
        return super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        if isinstance(exc, APIException):
            return exc
        return APIException(_("Something went wrong on our side."))


class Formatter(ExceptionFormatter):
    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        first = error_response.errors[0] if error_response.errors else None
        if isinstance(self.exc, ValidationError):
            fields: dict[str, list[str]] = {}
            for error in error_response.errors:
                fields.setdefault(_path(error.attr), []).append(error.detail)
            return {"error": str(InvalidInput.sentence), "code": InvalidInput.code, "fields": fields}
        answer: dict[str, Any] = {
            "error": first.detail if first else _("Something went wrong."),
            "code": first.code if first else "error",
        }
        if isinstance(self.original_exc, Refusal) and self.original_exc.fields:
            answer["fields"] = self.original_exc.fields
        return answer


def _raised_in(error: Exception) -> str:
    """The name of the module that raised an error."""
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    return str(frames[-1].f_globals["__name__"])


def _path(attr: str | None) -> str:
    """The wire's path of a part of the input; what is wrong with a whole is told of the whole."""
    parts = [part for part in (attr or "").split(".") if part != api_settings.NON_FIELD_ERRORS_KEY]
    return ".".join(parts) or "body"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A path nobody serves: JSON below the API, a page elsewhere."""
    if request.path_info.startswith(settings.API_PREFIXES):
        return JsonResponse({"error": _("Not found."), "code": "not_found"}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure outside DRF's own handling: JSON below the API, a page elsewhere."""
    if request.path_info.startswith(settings.API_PREFIXES):
        return JsonResponse({"error": _("Something went wrong on our side."), "code": "error"}, status=500)
    return defaults.server_error(request)
