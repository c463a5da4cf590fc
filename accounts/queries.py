"""Who is connected to whom, and which features a clinic has switched on."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.flags import REGISTRY, Flag
from accounts.models import FlagChange, TenantSettings, User
from accounts.states import UserType
from okta.errors import FeatureDisabled, NotFound

CHANGES_SHOWN = 50

# The same as ``connected_to_doctor`` for statements written by hand, given the patient's id. OFFSET 0
# keeps it a look into two indexes: put into words by Django, or as one more join, it takes longer to
# ask than to answer.
CONNECTED_TO_DOCTOR = """
    EXISTS (
        SELECT FROM accounts_user WHERE id = {patient}
            AND tenant_id = %(tenant)s AND archived_at IS NULL OFFSET 0
    ) AND EXISTS (
        SELECT FROM accounts_carelink WHERE patient_id = {patient} AND doctor_id = %(doctor)s
            AND accepted_at IS NOT NULL AND ended_at IS NULL OFFSET 0
    )
"""


def connected_to_doctor(doctor: User, path: str = "") -> Q:
    """
    The condition "the patient at ``path`` is connected to ``doctor``", for ``filter()``.

    ``path`` is the lookup to the patient, such as ``"workout__patient"``; empty for patients
    themselves. At most one link joins a pair, so the join repeats no row.
    """
    prefix = f"{path}__" if path else ""
    link = f"{prefix}links_to_doctors__"
    return Q(
        **{
            f"{prefix}tenant": doctor.tenant_id,
            f"{prefix}archived_at__isnull": True,
            f"{link}doctor": doctor,
            f"{link}accepted_at__isnull": False,
            f"{link}ended_at__isnull": True,
        }
    )


def connected_to_patient(patient: Any, path: str = "") -> Q:
    """
    The condition "the person at ``path`` is an active doctor connected to ``patient``", for ``filter()``.

    ``patient`` is a person or an expression for one; that nobody cares for an archived one is left to who asks.
    """
    prefix = f"{path}__" if path else ""
    link = f"{prefix}links_to_patients__"
    return Q(
        **{
            f"{prefix}tenant": F(f"{link}patient__tenant"),
            f"{prefix}user_type": UserType.DOCTOR,
            f"{prefix}is_active": True,
            f"{link}patient": patient,
            f"{link}accepted_at__isnull": False,
            f"{link}ended_at__isnull": True,
        }
    )


def connected_patients(doctor: User) -> QuerySet[User]:
    """The patients ``doctor`` cares for now."""
    return User.objects.filter(connected_to_doctor(doctor), user_type=UserType.PATIENT)


def connected_doctors(patient: User) -> QuerySet[User]:
    """The active doctors of ``patient`` now, in a stable order; none for an archived patient."""
    if patient.archived_at is not None:
        return User.objects.none()
    return User.objects.filter(connected_to_patient(patient)).order_by("pk")


def are_connected(*, doctor: str, patient: str) -> Exists:
    """The condition that the person at ``doctor`` is among the ``connected_doctors`` of the one at ``patient``."""
    caring = connected_to_patient(OuterRef(patient))
    return Exists(User.objects.filter(caring, links_to_patients__patient__archived_at=None, pk=OuterRef(doctor)))


def patient_of_doctor(*, doctor: User, patient_id: int) -> User:
    """
    The patient, for a doctor who is connected to them.

    :raises NotFound: for anybody else.
    """
    patient = connected_patients(doctor).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def clinic_admins(tenant_id: int) -> QuerySet[User]:
    """The people of a clinic who are told when something fails."""
    return User.objects.filter(tenant=tenant_id, user_type=UserType.ADMIN, is_active=True).order_by("pk")


def operators() -> QuerySet[User]:
    """The people who run the product and stand above the clinics."""
    return User.objects.filter(tenant=None, is_superuser=True, is_active=True).order_by("pk")


def in_charge() -> QuerySet[User]:
    """Who is told of what concerns every clinic: their administrators, and the operators."""
    of_a_clinic = Q(user_type=UserType.ADMIN, tenant__is_active=True)
    operator = Q(is_superuser=True, tenant=None)
    return User.objects.filter(of_a_clinic | operator, is_active=True).order_by("pk")


def features(tenant_id: int | None) -> dict[str, bool]:
    """Every known flag of a clinic; one that nobody has switched, or of no clinic, has the registry's default."""
    return features_of([tenant_id])[tenant_id]


def features_of(tenant_ids: Iterable[int | None]) -> dict[int | None, dict[str, bool]]:
    """The same of many clinics, in one query."""
    wanted = set(tenant_ids)
    switched: dict[int | None, dict[str, bool]] = dict(
        TenantSettings.objects.filter(tenant__in=wanted).values_list("tenant", "features")
    )
    return {
        tenant_id: {key: is_on(switched.get(tenant_id, {}), flag) for key, flag in REGISTRY.items()}
        for tenant_id in wanted
    }


def feature_on(tenant_id: int | None, flag: Flag) -> bool:
    """Whether a clinic has ``flag`` on at this moment."""
    return features(tenant_id)[flag.key]


def switched_on(switched: str | None, flag: Flag) -> bool:
    """Whether ``flag`` is on where this JSON of a clinic's settings, or none, says what was switched."""
    return is_on(json.loads(switched or "{}"), flag)


def is_on(switched: Mapping[str, Any], flag: Flag) -> bool:
    """Whether ``flag`` is on where this was switched."""
    return switched.get(flag.key, flag.default) is True


def require_feature(tenant_id: int | None, flag: Flag) -> None:
    """:raises FeatureDisabled: when the clinic has ``flag`` off."""
    if not feature_on(tenant_id, flag):
        raise FeatureDisabled


def newest_flag_changes(tenant_id: int) -> list[FlagChange]:
    """What was switched in a clinic, the newest first, with the people; no more than a page shows."""
    rows = FlagChange.objects.filter(tenant=tenant_id).select_related("by")
    return list(rows.order_by("-at", "-pk")[:CHANGES_SHOWN])


def last_flag_changes(tenant_id: int) -> dict[str, FlagChange]:
    """The last change of every flag that was ever switched in a clinic, with the people."""
    rows = FlagChange.objects.filter(tenant=tenant_id).select_related("by")
    return {change.key: change for change in rows.order_by("key", "-at", "-pk").distinct("key")}
