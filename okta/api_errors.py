"""
One shape for every error: ``{"error": sentence, "code": name, "fields": {path: [sentence, …]}}``.

``fields`` is present when input was at fault; a path speaks the wire's own names, such as
``notes.1.exerciseInWorkoutId``.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework.exceptions import APIException, ValidationError

from okta.errors import InvalidInput, Refusal


class _RefusalAnswer(APIException):
    """A refusal in the words of DRF."""

    def __init__(self, refusal: Refusal) -> None:
        self.status_code = refusal.status
        super().__init__(detail=str(refusal.sentence), code=refusal.code)


class Handler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Refusal):
            return _RefusalAnswer(exc)
        return super().convert_known_exceptions(exc)


class Formatter(ExceptionFormatter):
    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        first = error_response.errors[0] if error_response.errors else None
        if isinstance(self.exc, ValidationError):
            fields: dict[str, list[str]] = {}
            for error in error_response.errors:
                fields.setdefault(error.attr or "body", []).append(error.detail)
            return {"error": str(InvalidInput.sentence), "code": InvalidInput.code, "fields": fields}
        answer: dict[str, Any] = {
            "error": first.detail if first else _("Something went wrong."),
            "code": first.code if first else "error",
        }
        if isinstance(self.original_exc, Refusal) and self.original_exc.fields:
            answer["fields"] = self.original_exc.fields
        return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A path nobody serves: JSON below the API, a page elsewhere."""
    if request.path.startswith(settings.API_PREFIXES):
        return JsonResponse({"error": _("Not found."), "code": "not_found"}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure outside DRF's own handling: JSON below the API, a page elsewhere."""
    if request.path.startswith(settings.API_PREFIXES):
        return JsonResponse({"error": _("Something went wrong on our side."), "code": "error"}, status=500)
    return defaults.server_error(request)
