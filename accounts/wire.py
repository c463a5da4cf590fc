"""What people look like on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.states import Language, UserType
from okta.fields import Key, WireSerializer


class Clinic(WireSerializer):
    id = Key()
    name = serializers.CharField()
    timezone = serializers.CharField()


class Person(WireSerializer):
    """A person as they see themselves."""

    id = Key()
    email = serializers.EmailField()
    user_type = serializers.ChoiceField(choices=UserType.choices)
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    timezone = serializers.CharField(source="zone.key", help_text="The one in effect: the person's, else the clinic's.")
    language = serializers.ChoiceField(choices=Language.choices)
    tenant = Clinic(allow_null=True)


def person(user: User) -> dict[str, Any]:
    """Render a person; their clinic should be loaded."""
    return dict(Person(user).data)
