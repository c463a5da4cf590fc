"""A new password."""

from django.db import transaction
from knox.models import AuthToken

from accounts.models import User


@transaction.atomic
def save_password(*, user: User) -> None:
    """
    Write the password that was set on ``user``; whoever knew the old one is signed out of every app.

    Sessions in the admin end by themselves: each holds a digest of the password it began with.
    """
    user.save(update_fields=["password"])
    AuthToken.objects.filter(user=user).delete()
