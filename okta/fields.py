"""The wire's dialect: camelCase names, UTC instants that end in ``Z``."""

import re
from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers


def camel(name: str) -> str:
    """
    Spell a Python name as the wire does.

    >>> camel("exercise_in_workout_id")
    'exerciseInWorkoutId'
    """
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


class WireSerializer(serializers.Serializer[Any]):
    """
    A serializer whose fields are snake_case in Python and camelCase on the wire.

    Only declared field names are respelled; what is inside JSON values is left alone. In OpenAPI it
    is named after where it is written: ``Input`` of ``SignIn`` is ``SignInInput``.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        set_override(cls, "component_name", cls.__qualname__.rpartition("<locals>.")[2].replace(".", ""))

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        spelled = {}
        for name, field in super().get_fields().items():
            wire_name = camel(name)
            if isinstance(field, serializers.SerializerMethodField):
                field.method_name = field.method_name or f"get_{name}"
            elif field.source is None and wire_name != name:
                field.source = name
            spelled[wire_name] = field
        return spelled


class Key(serializers.IntegerField):
    """The integer key of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)
