"""The only file of this app that says FOR UPDATE."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from entrances.models import AppEntrance
from entrances.states import Status
from okta.errors import NotFound


def overdue() -> QuerySet[AppEntrance]:
    """Entrances whose window has closed on the database's clock, and that are not settled."""
    return AppEntrance.objects.filter(status=Status.PENDING, window_ends_at__lte=Now())


def lock_overdue_entrance(entrance_id: int) -> AppEntrance | None:
    """
    Lock an entrance whose window has closed; None when it is settled, or a visit has moved its window.

    Taken after ``accounts.locks.lock_patient``.
    """
    return overdue().select_for_update(of=("self",)).filter(pk=entrance_id).first()


def lock_overdue_of(patients: Sequence[User]) -> list[AppEntrance]:
    """
    Lock every overdue entrance of patients whose rows are held already, oldest day first.

    Of each, what settling it takes: batches are large, and rows are wide.
    """
    rows = overdue().select_for_update(of=("self",)).filter(patient__any_of=[patient.pk for patient in patients])
    return list(rows.only("tenant_id", "patient_id", "local_date", "last_seen_at").order_by("patient", "local_date"))


def lock_free_patients(patient_ids: Sequence[int]) -> list[User]:
    """
    Lock those of the patients that nobody else holds, by key; the others are left to whoever does.

    Of each, the clinic and the zones, for the same reason.
    """
    rows = User.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("tenant")
    return list(rows.only("timezone", "tenant__timezone").filter(pk__any_of=patient_ids).order_by("pk"))


def lock_entrance_of(*, patient: User, entrance_id: int) -> AppEntrance:
    """
    Lock a patient's own entrance in whatever state it is.

    :raises NotFound: when it is anybody else's.
    """
    entrance = AppEntrance.objects.select_for_update(of=("self",)).filter(pk=entrance_id, patient=patient).first()
    if entrance is None:
        raise NotFound
    return entrance
