"""Who am I, what did I choose, what has my clinic switched on."""

from typing import Any

import pytest

from accounts.flags import REGISTRY
from accounts.models import TenantSettings, User
from accounts.queries import features_of
from tests.make import PASSWORD, Make


def test_the_zone_in_effect_is_the_clinics_until_a_person_chooses_one(make: Make) -> None:
    api = make.api(make.dana)
    assert api.get("/v2/me").json()["timezone"] == "America/New_York"

    answer = api.patch("/v2/me", {"timezone": "Pacific/Kiritimati"})
    assert (answer.status_code, answer.json()["timezone"]) == (200, "Pacific/Kiritimati")
    assert answer.json()["tenant"]["timezone"] == "America/New_York"

    assert api.patch("/v2/me", {"timezone": ""}).json()["timezone"] == "America/New_York"


def test_what_is_not_named_stays(make: Make) -> None:
    api = make.api(make.pat)
    api.patch("/v2/me", {"timezone": "Asia/Tokyo"})
    answer = api.patch("/v2/me", {"language": "ru"})
    assert (answer.json()["timezone"], answer.json()["language"]) == ("Asia/Tokyo", "ru")
    assert api.patch("/v2/me", {}).json() == answer.json()
    assert api.get("/v2/me").json() == answer.json()


def test_nothing_else_can_be_changed(make: Make) -> None:
    api = make.api(make.pat)
    before = api.get("/v2/me").json()
    answer = api.patch(
        "/v2/me", {"email": "x@example.org", "userType": "DOCTOR", "isStaff": True, "tenant": None, "first_name": "X"}
    )
    assert (answer.status_code, answer.json()) == (200, before)
    assert User.objects.get(pk=make.pat.pk).is_staff is False


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"timezone": "Mars/Olympus"}, {"timezone": ["Use an IANA time zone name such as Europe/Berlin."]}),
        ({"timezone": "../etc/passwd"}, {"timezone": ["Use an IANA time zone name such as Europe/Berlin."]}),
        ({"timezone": None}, {"timezone": ["This field may not be null."]}),
        ({"timezone": "Asia/Tokyo", "language": "de"}, {"language": ['"de" is not a valid choice.']}),
    ],
)
def test_a_wrong_choice_names_its_field_and_changes_nothing(
    make: Make, body: dict[str, Any], fields: dict[str, list[str]]
) -> None:
    api = make.api(make.pat)
    before = api.get("/v2/me").json()
    answer = api.patch("/v2/me", body)
    assert answer.status_code == 400
    assert answer.json() == {"error": "The request has invalid fields.", "code": "invalid", "fields": fields}
    assert api.get("/v2/me").json() == before


def test_features_name_every_known_flag_and_its_default(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).update(
        features={"feedbackNotifications": True, "inferredVisitsKeepStreaks": False, "unknown": True}
    )
    expected = dict.fromkeys(REGISTRY, False) | {"feedbackNotifications": True}
    for member in (make.pat, make.dana, make.ada):
        answer = make.api(member).get("/v2/tenant/features")
        assert (answer.status_code, answer.json()) == (200, {"features": expected})
    assert make.api(make.stella).get("/v2/tenant/features").json()["features"]["inferredVisitsKeepStreaks"] is True


def test_a_clinic_without_settings_has_the_defaults(make: Make) -> None:
    api = make.api(make.pat)
    TenantSettings.objects.all().delete()
    answer = api.get("/v2/tenant/features")
    assert answer.json()["features"] == {key: flag.default for key, flag in REGISTRY.items()}


def test_many_clinics_features_are_read_in_one_query(make: Make, django_assert_num_queries: Any) -> None:
    other, without_settings = make.other_clinic, make.tenant("No settings")
    TenantSettings.objects.filter(tenant=without_settings).delete()
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"discreetPush": True})
    with django_assert_num_queries(1):
        found = features_of([make.clinic.pk, other.pk, without_settings.pk, None, make.clinic.pk])
    assert {tenant_id: each["discreetPush"] for tenant_id, each in found.items()} == {
        make.clinic.pk: True,
        other.pk: False,
        without_settings.pk: False,
        None: False,
    }
    assert found[None] == {key: flag.default for key, flag in REGISTRY.items()}


def test_operators_see_themselves_and_no_clinics_features(make: Make) -> None:
    operator = User.objects.create_superuser("root@example.org", PASSWORD, first_name="Root")
    assert make.api(operator).get("/v2/me").json()["tenant"] is None
    answer = make.api(operator).get("/v2/tenant/features")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/v2/auth/logout"), ("get", "/v2/me"), ("patch", "/v2/me"), ("get", "/v2/tenant/features")],
)
def test_strangers_are_asked_to_sign_in(make: Make, method: str, path: str) -> None:
    answer = getattr(make.api(), method)(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
