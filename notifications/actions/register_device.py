"""Registering and retiring the places where a person can be reached."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Device, RetiredToken
from notifications.states import Platform


@transaction.atomic
def register_device(
    *, user: User, platform: Platform, token: str, keys: Mapping[str, str] | None = None
) -> tuple[Device, bool]:
    """
    Make ``user`` the owner of ``token``; return the device, and whether the token was new.

    A token that somebody else registered moves: what is still on its way to them is not sent to its
    new owner. A retired device comes back to life.
    """
    RetiredToken.objects.filter(token=token).delete()
    return Device.objects.update_or_create(
        token=token,
        defaults={
            "user": user,
            "platform": platform,
            "keys": keys,
            "retired_at": None,
            "registered_at": Now(),
        },
    )


def retire_device(*, device: Device) -> None:
    """Send nothing to ``device`` any more, until it is registered again."""
    Device.objects.filter(pk=device.pk, retired_at=None).update(retired_at=Now())


@transaction.atomic
def retire_tokens(*, tokens: Collection[str]) -> None:
    """Send nothing to these tokens any more, whoever's they are and whether or not they are a device's."""
    # In one order, lest two who retire the same ones wait for each other.
    RetiredToken.objects.bulk_create([RetiredToken(token=token) for token in sorted(tokens)], ignore_conflicts=True)
    Device.objects.filter(token__in=tokens, retired_at=None).update(retired_at=Now())
