from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import lock_patient
from accounts.models import User
from okta.errors import InvalidInput
from rtm.actions.amend import amend
from rtm.models import TimeEntry


def record_time(
    *, patient: User, doctor: User, started_at: datetime, seconds: int, live_contact: bool, note: str, now: datetime
) -> TimeEntry:
    """
    Record management time of a doctor on a patient; return the entry.

    All of it belongs to the clinic's calendar month it began in, also where it goes on into the
    next. For a certified month it is recorded too, and becomes an amendment.

    :raises InvalidInput: when it has not begun yet at ``now``.
    """
    if started_at > now:
        raise InvalidInput({"startedAt": [_("This is in the future.")]})
    with transaction.atomic():
        locked = lock_patient(patient.pk)
        entry = TimeEntry.objects.create(
            patient=locked,
            doctor=doctor,
            started_at=started_at,
            seconds=seconds,
            live_contact=live_contact,
            note=note,
        )
        amend(patients=[locked], now=now)
    return entry
