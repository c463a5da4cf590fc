"""How our doors describe themselves in OpenAPI."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from okta.fields import WireSerializer


class ErrorAnswer(WireSerializer):
    """Every error, whatever its status."""

    error = serializers.CharField(help_text="A sentence for people, in the language of Accept-Language.")
    code = serializers.CharField(help_text="A name for programs.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the wire's own word
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with which part of the input, such as `notes.1.exerciseInWorkoutId`.",
    )


class DoorSchema(AutoSchema):
    """
    One operation a view method, named after its view, with the errors it can answer.

    What a view refuses beyond the ordinary it declares itself: ``also_answers = (409,)``.
    """

    def get_operation_id(self) -> str:
        view = type(self.view)
        methods = [method for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)]
        name = view.__name__[0].lower() + view.__name__[1:]
        return name if len(methods) == 1 else f"{name}{self.method.capitalize()}"

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._errors():
            answer = self._get_response_for_code(  # type: ignore[no-untyped-call]  # drf-spectacular has none
                ErrorAnswer, status, direction=direction
            )
            bodies.setdefault(status, answer)
        return bodies

    def _errors(self) -> list[str]:
        errors = ["400"] if self.method != "DELETE" else []
        if self.get_auth():
            errors += ["401", "403"]
        if "{" in self.path:
            errors.append("404")
        also: Iterable[int] = getattr(self.view, "also_answers", ())
        return errors + [str(status) for status in also]
