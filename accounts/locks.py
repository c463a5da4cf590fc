"""The patient's row lock: the mutex of their day and of their conversations; and the lock of a clinic's settings."""

from accounts.models import TenantSettings, User


def lock_patient(patient_id: int) -> User:
    """
    Lock the patient's row until the transaction ends, and return it fresh, with the clinic.

    Taken before any lock on a story's row. ``no_key``: rows that refer to the patient can still be inserted.
    """
    patients = User.objects.select_related("tenant").select_for_update(no_key=True, of=("self",))
    return patients.get(pk=patient_id)


def lock_settings(tenant_id: int) -> TenantSettings:
    """
    Lock a clinic's settings until the transaction ends, and return them fresh.

    A clinic for which nobody has chosen anything yet has none: they are made first, whoever comes first.
    """
    TenantSettings.objects.bulk_create([TenantSettings(tenant_id=tenant_id)], ignore_conflicts=True)
    return TenantSettings.objects.select_for_update().get(pk=tenant_id)
