import logging

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from accounts.queries import clinic_admins
from feedback import rules
from feedback.locks import DebtType, lock_due_debt
from feedback.models import FeedbackSummary, NoteDelivery
from notifications.actions.notify import Text, notify
from notifications.states import NotificationType
from okta.errors import reason

logger = logging.getLogger(__name__)


def charge_failure(*, debt: DebtType, pk: int, error: Exception) -> None:
    """
    Charge a failed attempt to a debt and put it off; after the third it is dead and admins are told.

    Only while the debt is still due: a save that arrived meanwhile has revived it and owes nothing
    for the failure. Never logs what was to be said.
    """
    why = reason(error)
    logger.error("%s %s failed: %s", debt._meta.label, pk, why)
    with transaction.atomic():
        row = lock_due_debt(debt, pk)
        if row is None:
            return
        attempts = row.attempts + 1
        dead = attempts >= rules.ATTEMPTS_UNTIL_DEAD
        debt.objects.filter(pk=pk).update(
            attempts=attempts,
            due_at=Now() + rules.retry_after(attempts),
            dead_at=Coalesce(F("dead_at"), Now()) if dead else None,
            last_error=why,
        )
        if dead and row.dead_at is None:
            _tell_admins(row)


def _tell_admins(row: FeedbackSummary | NoteDelivery) -> None:
    tenant = row.patient.tenant if isinstance(row, FeedbackSummary) else row.workout.tenant
    if tenant is None:  # An operator's own row; operators watch the dead in admin.
        return
    key = f"dead:{row._meta.model_name}:{row.pk}:{row.due_at:%Y%m%d%H%M%S}"
    notify(
        recipients=list(clinic_admins(tenant.pk)),
        type=NotificationType.ADMIN_ALERT,
        key=key,
        compose=lambda _admin: Text(
            title=str(tenant),
            body=_("A feedback message could not be delivered after three attempts. It is tried again every hour."),
        ),
        data={"type": NotificationType.ADMIN_ALERT.value, "workoutId": row.workout_id},
        collapse_id=key[:64],
    )
