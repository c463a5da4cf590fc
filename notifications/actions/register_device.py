"""Registering and retiring the places where a person can be reached."""

from collections.abc import Mapping

from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Device
from notifications.states import Platform


def register_device(
    *, user: User, platform: Platform, token: str, keys: Mapping[str, str] | None = None
) -> tuple[Device, bool]:
    """
    Make ``user`` the owner of ``token``; return the device, and whether the token was new.

    A token that somebody else registered moves: what is still on its way to them is not sent to its
    new owner. A retired device comes back to life.
    """
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
