"""The page of a clinic's features."""

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.flags import REGISTRY
from accounts.models import TenantSettings
from accounts.queries import features
from tests.admin.conftest import Browse, form_of, page
from tests.make import Make


@pytest.fixture
def address(make: Make) -> str:
    return page(TenantSettings, "change", make.clinic.pk)


def stored(make: Make) -> dict[str, bool]:
    found: dict[str, bool] = TenantSettings.objects.get(tenant=make.clinic).features
    return found


def test_every_known_flag_is_a_labelled_switch_with_its_help(ada: Client, address: str) -> None:
    shown = ada.get(address).content.decode()

    with override("en"):
        for flag in REGISTRY.values():
            assert f'for="id_{flag.key}"' in shown
            assert str(flag.label) in shown
            assert str(flag.help) in shown


def test_switching_a_flag_is_seen_by_the_product(ada: Client, address: str, make: Make) -> None:
    given = form_of(ada.get(address))

    ada.post(address, given | {"discreetPush": "on"})

    assert features(make.clinic.pk)["discreetPush"] is True
    answer = make.api(make.dana).get("/v2/tenant/features").json()["features"]
    assert (answer["discreetPush"], answer["feedbackNotifications"]) == (True, True)


def test_switching_a_flag_off_stores_that_it_is_off(ada: Client, address: str, make: Make) -> None:
    given = form_of(ada.get(address))
    del given["inferredVisitsKeepStreaks"]

    ada.post(address, given)

    assert stored(make) == {
        "feedbackNotifications": True,
        "appEntranceTracking": True,
        "inferredVisitsKeepStreaks": False,
    }


def test_saving_without_switching_stores_nothing(ada: Client, address: str, make: Make) -> None:
    before = stored(make)

    ada.post(address, form_of(ada.get(address)))

    assert stored(make) == before == {"feedbackNotifications": True, "appEntranceTracking": True}


def test_a_key_this_version_does_not_know_is_kept(ada: Client, address: str, make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"ofTomorrow": True})

    ada.post(address, form_of(ada.get(address)) | {"discreetPush": "on"})

    assert stored(make) == {"ofTomorrow": True, "discreetPush": True}


def test_a_page_that_was_open_for_a_while_turns_nothing_back(ada: Client, address: str, make: Make) -> None:
    opened = form_of(ada.get(address))
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"feedbackNotifications": False})

    ada.post(address, opened | {"discreetPush": "on"})

    assert stored(make) == {"feedbackNotifications": False, "discreetPush": True}


def test_flags_of_a_clinic_nobody_has_switched_anything_for_can_be_switched(
    ada: Client, address: str, make: Make
) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).delete()

    ada.post(address, form_of(ada.get(address)) | {"discreetPush": "on"})

    assert stored(make) == {"discreetPush": True}


def test_another_clinics_flags_stay_as_they_are(ada: Client, make: Make, browse: Browse) -> None:
    foreign = page(TenantSettings, "change", make.other_clinic.pk)

    response = ada.post(foreign, {"discreetPush": "on"})

    assert response.status_code == 302
    assert features(make.other_clinic.pk)["discreetPush"] is False
