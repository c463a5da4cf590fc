"""The patient's row lock: the mutex of their day and of their conversations."""

from accounts.models import User


def lock_patient(patient_id: int) -> User:
    """
    Lock the patient's row until the transaction ends, and return it fresh, with the clinic.

    Taken before any lock on a story's row. ``no_key``: rows that refer to the patient can still be inserted.
    """
    patients = User.objects.select_related("tenant").select_for_update(no_key=True, of=("self",))
    return patients.get(pk=patient_id)
