"""The record of who has looked at whose data, and what its pages are called."""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.apps import apps
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Reading, User

logger = logging.getLogger(__name__)
SITTING = timedelta(minutes=15)
"""Looking at one page for so long, and being told what is new on it, is one reading."""


def note_reading(*, reader: User, what: str, row: object, patient: User | int | None) -> None:
    """
    Record that ``reader`` is about to be shown a page, at the cost of one INSERT.

    ``what`` is the page's lasting name, such as "workouts.workout" or "console.session"; ``row`` the key
    of what it shows; ``patient`` the one whose data that is, or their key, None where it is no one
    patient's. Call it before the page is rendered and outside a transaction: what has been shown stays
    recorded when the page fails later, and what cannot be recorded is not shown.
    """
    key = patient.pk if isinstance(patient, User) else patient
    clinic = reader.tenant_id or _clinic_of(patient)
    Reading.objects.create(reader=reader, tenant_id=clinic, patient_id=key, what=what, row=str(row))
    log_reading(reader=reader, what=what, row=row)


def note_still_reading(*, reader: User, what: str, row: object, patient: User) -> None:
    """
    Record what brings more to a page that is open already, as ``note_reading`` does, once in a ``SITTING``.

    Nothing that asks for more has to be believed that the page it belongs to was recorded.
    """
    begun = Reading.objects.filter(reader=reader, patient=patient, what=what, row=str(row), at__gt=Now() - SITTING)
    if not begun.exists():
        note_reading(reader=reader, what=what, row=row, patient=patient)


def note_readings(*, reader: User, what: str, patients: Collection[User]) -> None:
    """The same of a page with something of many patients, one row for each under their key: still one INSERT."""
    Reading.objects.bulk_create(
        Reading(
            reader=reader,
            tenant_id=reader.tenant_id or patient.tenant_id,
            patient=patient,
            what=what,
            row=str(patient.pk),
        )
        for patient in patients
    )
    for patient in patients:
        log_reading(reader=reader, what=what, row=patient.pk)


def _clinic_of(patient: User | int | None) -> int | None:
    """An operator belongs to no clinic; the one that must know of the reading is the patient's."""
    if patient is None or isinstance(patient, User):
        return patient.tenant_id if patient else None
    return User.objects.filter(pk=patient).values_list("tenant", flat=True).first()


def log_reading(*, reader: User, what: str, row: object) -> None:
    """Say in the log alone who opened what, for pages about no patient."""
    # Ids only: who looked at whose data must be known, what it says must not be.
    logger.info("user %s opened %s %s", reader.pk, what, row)


PAGES: dict[str, str | Promise] = {}
"""What pages that are no model's are called, by the names they are recorded under; their apps say so."""
VIEWS: dict[str, str | Promise] = {
    "history": _("history"),
    "delete": _("deletion"),
    "password": _("password"),
    "list": _("list"),
    "proposal": _("proposal"),
}
"""The pages of a row beside its own, and those of no row: one patient's list, and what is not written yet."""


def called(what: str) -> str:
    """
    What people call the page recorded as ``what``; a name nobody knows any more stands for itself.

    >>> called("accounts.carelink.history")
    'Care link: history'
    """
    app, _dot, rest = what.partition(".")
    name, _dot, view = rest.partition(".")
    try:
        words = str(apps.get_model(app, name)._meta.verbose_name)
    except (LookupError, ValueError):
        return str(PAGES.get(what, what))
    return f"{capfirst(words)}: {VIEWS.get(view, view)}" if view else capfirst(words)


def note_reading_of_stranger(*, reader: User, what: str, row: object, clinic: int | None) -> None:
    """
    The same for a page about a patient who is nobody we know: a row from outside may name whom it likes.

    ``clinic`` is the row's, or None where no clinic has it yet.
    """
    Reading.objects.create(reader=reader, tenant_id=reader.tenant_id or clinic, what=what, row=str(row))
    log_reading(reader=reader, what=what, row=row)
