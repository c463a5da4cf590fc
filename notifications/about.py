"""Whom it is about what people are told: a patient's doctors and administrators are told of the patient."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import BigIntegerField, Case, F, OuterRef, QuerySet, Subquery, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Regex

from accounts.states import UserType

# How keys are spelled. Whatever else stands in their place is no key, and must not fail a page.
SPELLED = {"BigAutoField": r"^[0-9]{1,18}$", "UUIDField": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}


def with_patient(rows: QuerySet[Any], *, path: str = "") -> QuerySet[Any]:
    """
    Rows with ``patient_id``: the recipient if that is a patient, else whose row is named by what came with it.

    ``path`` leads from a row to its notification. Nobody where no row of the recipient's clinic is named.
    Which names lead to which table ``settings.NOTIFIED_ABOUT`` says: conversations are no business of ours.
    """
    tables = {name: apps.get_model(label) for name, label in settings.NOTIFIED_ABOUT.items()}
    named = {f"key_of_{name}": _key(f"{path}data", name, table._meta.pk) for name, table in tables.items()}
    clinic = OuterRef(f"{path}recipient__tenant")
    patients = [
        Subquery(table._default_manager.filter(pk=OuterRef(f"key_of_{name}"), tenant=clinic).values("patient"))
        for name, table in tables.items()
    ]
    told = Case(When(**{f"{path}recipient__user_type": UserType.PATIENT}, then=F(f"{path}recipient")))
    found: QuerySet[Any] = rows.alias(**named).annotate(
        patient_id=Coalesce(told, *patients, output_field=BigIntegerField())
    )
    return found


def _key(data: str, name: str, kind: Any) -> Case:
    text = KeyTextTransform(name, data)
    return Case(When(Regex(text, SPELLED[kind.get_internal_type()]), then=Cast(text, kind)))
