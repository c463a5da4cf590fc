from datetime import date

from django.db.models.functions import Now

from entrances.models import AppEntrance
from entrances.states import Reason, Status


def cancel_for_real_workout(*, patient_id: int, on: date) -> bool:
    """
    Settle the pending entrance of a local day because the patient really trained; True when there was one.

    To be called while the patient's row is held, in the transaction of the completion.
    """
    pending = AppEntrance.objects.filter(patient=patient_id, local_date=on, status=Status.PENDING)
    canceled = pending.update(
        status=Status.CANCELED_BY_REAL_WORKOUT, reason=Reason.REAL_WORKOUT, settled_at=Now(), last_error=""
    )
    return canceled > 0
