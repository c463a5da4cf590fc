"""Stopping and resuming text messages to a number, as its owner asks by answering one."""

from django.db import transaction
from django.db.models.functions import Now

from notifications.actions.register_device import retire_tokens
from notifications.locks import hold_number
from notifications.models import Device, RetiredToken, SmsOptOut
from notifications.states import Platform


@transaction.atomic
def opt_out(*, number: str) -> None:
    """Send nothing to ``number`` any more, whoever registers it; asked again, nothing changes."""
    hold_number(number)
    SmsOptOut.objects.bulk_create([SmsOptOut(number=number)], ignore_conflicts=True)
    retire_tokens(tokens=[number])


@transaction.atomic
def opt_in(*, number: str) -> None:
    """
    Send to ``number`` again, and to the devices that have it; asked again, nothing changes.

    They count as registered now: what is still to be heard of an older message must not retire them.
    """
    hold_number(number)
    SmsOptOut.objects.filter(number=number).delete()
    RetiredToken.objects.filter(token=number).delete()
    retired = Device.objects.filter(platform=Platform.SMS, token=number, retired_at__isnull=False)
    retired.update(retired_at=None, registered_at=Now())
