"""What a therapist can do with notes that are on their way: send them now, hold them, let them go."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from feedback.actions.wake_delivery import wake_delivery
from feedback.locks import lock_delivery
from feedback.models import NoteDelivery
from okta.errors import Refusal


class NothingToSend(Refusal):
    """The delivery owes the patient nothing: its notes are sent, or there are none."""

    code = "nothing_to_send"
    status = 409
    sentence = _("There is nothing waiting to be sent.")


def send_now(*, delivery_id: int) -> None:
    """
    End the quiet period or the hold of a delivery at once; a dead one is tried again.

    :raises NothingToSend: when nothing is owed.
    """
    with transaction.atomic():
        _owed(delivery_id)
        NoteDelivery.objects.filter(pk=delivery_id).update(
            due_at=Now(), held_at=None, attempts=0, dead_at=None, last_error=""
        )
        wake_delivery(delivery_id=delivery_id, after=timedelta(0), replace=True)


def hold(*, delivery_id: int) -> None:
    """
    Keep a delivery from being sent by time, longest wait or save, until it is sent now or resumed.

    :raises NothingToSend: when nothing is owed.
    """
    with transaction.atomic():
        if _owed(delivery_id).held_at is None:
            NoteDelivery.objects.filter(pk=delivery_id).update(held_at=Now())


def resume(*, delivery_id: int) -> None:
    """
    Let a held delivery go: a new quiet period starts, and the longest wait with it.

    :raises NothingToSend: when nothing is owed.
    """
    with transaction.atomic():
        if _owed(delivery_id).held_at is None:
            return
        quiet = settings.FEEDBACK_QUIET_PERIOD
        NoteDelivery.objects.filter(pk=delivery_id).update(
            held_at=None, first_unsent_at=Now(), due_at=Now() + quiet, attempts=0, dead_at=None, last_error=""
        )
        wake_delivery(delivery_id=delivery_id, after=quiet, replace=True)


def _owed(delivery_id: int) -> NoteDelivery:
    delivery = lock_delivery(delivery_id)
    if delivery.due_at is None:
        raise NothingToSend
    return delivery
