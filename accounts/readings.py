"""The record of who has looked at whose data."""

import logging

from accounts.models import Reading, User

logger = logging.getLogger(__name__)


def note_reading(*, reader: User, what: str, row: object, patient: User | int | None) -> None:
    """
    Record that ``reader`` is about to be shown a page, at the cost of one INSERT.

    ``what`` is the page's lasting name, such as "workouts.workout" or "console.session"; ``row`` the key
    of what it shows; ``patient`` the one whose data that is, or their key, None where it is no one
    patient's. Call it before the page is rendered and outside a transaction: what has been shown stays
    recorded when the page fails later, and what cannot be recorded is not shown.
    """
    key = patient.pk if isinstance(patient, User) else patient
    Reading.objects.create(reader=reader, tenant_id=reader.tenant_id, patient_id=key, what=what, row=str(row))
    log_reading(reader=reader, what=what, row=row)


def log_reading(*, reader: User, what: str, row: object) -> None:
    """Say in the log alone who opened what, for pages about no patient."""
    # Ids only: who looked at whose data must be known, what it says must not be.
    logger.info("user %s opened %s %s", reader.pk, what, row)
