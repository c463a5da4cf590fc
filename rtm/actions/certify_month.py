from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.locks import lock_patient
from accounts.models import User
from accounts.queries import connected_doctors
from okta.clock import local_date
from okta.errors import Refusal
from rtm.models import CertifiedMonth
from rtm.proposals import Proposal, digest, proposal
from rtm.queries import clinic_zone, evidence, time_spent
from rtm.rules import last_of


class MonthNotOver(Refusal):
    """The month is still running in the clinic's zone: nobody knows yet what it will hold."""

    code = "month_not_over"
    status = 409
    sentence = _("This month is not over yet.")


class AlreadyCertified(Refusal):
    """The month is locked; later data becomes an amendment."""

    code = "already_certified"
    status = 409
    sentence = _("This month is certified already.")


class NotTheirDoctor(Refusal):
    """Only a doctor who is connected to the patient now can certify."""

    code = "not_their_doctor"
    status = 409
    sentence = _("Choose a doctor who is connected to this patient.")


class ProposalChanged(Refusal):
    """What would be certified is not what the clinician has looked at."""

    code = "proposal_changed"
    status = 409
    sentence = _("Something has changed since you looked. Look again.")


def what_would_be_certified(*, patient: User, month: date) -> Proposal:
    """What is proposed for a month, read from the evidence itself and not from what is kept of it."""
    return proposal(month.replace(day=1), days=evidence(patient), spent=time_spent(patient))


def check_certifiable(*, patient: User, month: date, certified_by: User, now: datetime) -> None:
    """
    Refuse a month that cannot be certified, whatever is in it; ``month`` is its first day.

    :raises MonthNotOver: while the month is running in the clinic's zone.
    :raises NotTheirDoctor: when ``certified_by`` is not connected to the patient now.
    :raises AlreadyCertified: when the month is locked.
    """
    if local_date(now, clinic_zone(patient)) <= last_of(month):
        raise MonthNotOver
    if not connected_doctors(patient).filter(pk=certified_by.pk).exists():
        raise NotTheirDoctor
    if CertifiedMonth.objects.filter(patient=patient, month=month).exists():
        raise AlreadyCertified


def certify_month(
    *, patient: User, month: date, certified_by: User, recorded_by: User, looked_at: str, now: datetime
) -> CertifiedMonth:
    """
    Lock a patient's month as a clinician has certified it; ``month`` is any day of it.

    ``recorded_by`` is the person who enters it, the clinician or somebody on their behalf.
    ``looked_at`` is the ``digest`` of the proposal the clinician has seen; nothing else is certified.

    :raises ProposalChanged: when other data would be certified.
    :raises Refusal: as ``check_certifiable`` does.
    """
    month = month.replace(day=1)
    with transaction.atomic():
        locked = lock_patient(patient.pk)
        check_certifiable(patient=locked, month=month, certified_by=certified_by, now=now)
        snapshot = what_would_be_certified(patient=locked, month=month)
        if digest(snapshot) != looked_at:
            raise ProposalChanged
        return CertifiedMonth.objects.create(
            patient=locked,
            month=month,
            certified_by=certified_by,
            recorded_by=recorded_by,
            locked_at=now,
            snapshot=snapshot,
        )
