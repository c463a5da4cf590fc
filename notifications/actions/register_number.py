"""Registering somebody's phone number for text messages."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.actions.register_device import register_device
from notifications.locks import hold_number
from notifications.models import Device
from notifications.queries import opted_out
from notifications.states import Platform
from okta.errors import Refusal


class NumberOptedOut(Refusal):
    """Only the owner of the number can undo a STOP, by replying START."""

    code = "number_opted_out"
    status = 409
    sentence = _("The owner of this number has replied STOP; only they can undo it, by replying START.")


class NumberTaken(Refusal):
    """
    The number reaches somebody else, whose messages would go to the wrong person.

    It may be somebody of another clinic, of whom this one must not know: nobody is told that there is anybody.
    """

    code = "number_taken"
    status = 409
    sentence = _("This number cannot be used for this person. Please ask them for another one.")


@transaction.atomic
def register_number(*, user: User, number: str) -> Device:
    """
    Reach ``user`` by text message at ``number`` (E.164), when nothing else is left to reach them by.

    A retired device comes back to life, and moves when it was somebody else's of the same clinic. Another
    clinic's goes, and a new one takes its place.

    :raises NumberOptedOut: its owner wants no messages.
    :raises NumberTaken: it is in use for somebody else.
    """
    hold_number(number)
    if opted_out([number]):
        raise NumberOptedOut
    if Device.objects.filter(token=number, retired_at=None).exclude(user=user).exists():
        raise NumberTaken
    # Its key leads to what the other clinic's people have done with it, so it must not become ours; and a
    # token has one owner, so it cannot stay theirs. Nothing goes with it: no push is ever made for a number.
    Device.objects.filter(token=number).exclude(user__tenant=user.tenant_id).delete()
    device, _created = register_device(user=user, platform=Platform.SMS, token=number)
    return device
