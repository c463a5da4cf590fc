"""People: one spelling of an e-mail, one zone in effect, and who may come in."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Tenant, User
from accounts.states import UserType
from tests.make import Make


def test_an_email_is_kept_in_lower_case_and_found_in_any(make: Make) -> None:
    mia = make.doctor("Mia", email="MiXed@Example.org")
    assert mia.email == "mixed@example.org"
    assert User.objects.get(email="MIXED@example.ORG") == mia
    assert User.objects.get_by_natural_key("mIxEd@example.org") == mia

    mia.email = "NEW@example.org"
    mia.save(update_fields=["email"])
    assert mia.email == "new@example.org"
    assert User.objects.values_list("email", flat=True).get() == "new@example.org"


def test_two_people_cannot_share_an_email(make: Make) -> None:
    make.doctor("Mia", email="mia@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.doctor("Max", email="MIA@example.org")
    with pytest.raises(ValidationError) as refused:
        User(
            email="MIA@example.org", user_type=UserType.DOCTOR, first_name="Max", tenant=make.clinic
        ).validate_constraints()
    assert refused.value.messages == ["Person with this E-mail already exists."]


def test_letters_that_only_upper_case_makes_equal_are_two_people(make: Make) -> None:
    make.doctor("Stella", email="stella@example.org")
    other = make.doctor("Long", email="\u017ftella@example.org")
    assert User.objects.get(email="\u017ftella@example.org") == other


@pytest.mark.parametrize(
    ("own", "clinics", "expected"),
    [("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"), ("", "Europe/Berlin", "Europe/Berlin")],
)
def test_the_zone_in_effect(make: Make, own: str, clinics: str, expected: str) -> None:
    patient = make.patient(timezone=own, tenant=make.tenant("Clinic", clinics))
    assert patient.zone.key == expected


@pytest.mark.parametrize(
    ("account", "clinic", "allowed"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_account_and_clinic_must_be_active_to_sign_in(make: Make, account: bool, clinic: bool, allowed: bool) -> None:
    user = User(is_active=account, tenant=Tenant(is_active=clinic))
    assert user.may_sign_in is allowed


def test_who_stands_above_the_clinics_needs_none_to_sign_in() -> None:
    assert User(is_active=True, tenant=None).may_sign_in is True
