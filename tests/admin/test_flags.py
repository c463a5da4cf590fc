"""The page of a clinic's features: every flag as a switch, who switched it last, and what was switched before."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.actions.switch_flags import switch_flags
from accounts.flags import REGISTRY
from accounts.models import FlagChange, TenantSettings, User
from accounts.queries import features
from tests.admin.conftest import Browse, form_of, page
from tests.make import NOON, Make


@pytest.fixture
def address(make: Make) -> str:
    return page(TenantSettings, "change", make.clinic.pk)


def stored(make: Make) -> dict[str, bool]:
    found: dict[str, bool] = TenantSettings.objects.get(tenant=make.clinic).features
    return found


def test_every_known_flag_is_a_labelled_switch_with_its_help(ada: Client, address: str) -> None:
    shown = unescape(ada.get(address).content.decode())

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


def test_what_is_no_switch_is_shown_as_off_as_the_product_takes_it(ada: Client, address: str, make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"discreetPush": "no"})

    assert features(make.clinic.pk)["discreetPush"] is False
    assert "discreetPush" not in form_of(ada.get(address))


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

    assert response.status_code == 404
    assert features(make.other_clinic.pk)["discreetPush"] is False


def told(client: Client, address: str, **headers: Any) -> dict[str, str]:
    """What stands under every switch; times are told apart."""
    found = client.get(address, **headers).context["switches"]
    return {switch.field.name: switch.told + (f" · {switch.at}" if switch.at else "") for switch in found}


def switched_at_noon(make: Make, by: User | None = None, **wanted: bool) -> None:
    switch_flags(tenant_id=make.clinic.pk, wanted=wanted, by=by)
    FlagChange.objects.update(at=NOON)


def test_under_every_switch_stands_who_switched_it_last(ada: Client, address: str, make: Make) -> None:
    switched_at_noon(make, discreetPush=True, by=make.dana)
    switched_at_noon(make, discreetPush=False, feedbackNotifications=False, by=make.ada)
    switched_at_noon(make, rtmBillingDashboard=True)

    assert told(ada, address) == {
        "feedbackNotifications": f"Switched off by Ada King · {NOON}",
        "appEntranceTracking": "Switched on; by whom is not known",
        "rtmBillingDashboard": f"Switched on · {NOON}",
        "discreetPush": f"Switched off by Ada King · {NOON}",
        "inferredVisitsKeepStreaks": "Never changed; as it comes: on",
        "anyConnectedDoctorMayNote": "Never changed; as it comes: off",
    }


def test_what_was_switched_past_the_product_names_nobody(ada: Client, address: str, make: Make) -> None:
    switched_at_noon(make, discreetPush=True, by=make.ada)
    for switched in ({"discreetPush": False}, {}):
        TenantSettings.objects.filter(tenant=make.clinic).update(features=switched)

        assert told(ada, address)["discreetPush"] == "Switched off; by whom is not known"


def test_times_are_the_readers_own(ada: Client, address: str, make: Make) -> None:
    switched_at_noon(make, discreetPush=True, by=make.ada)

    english, russian = (
        " ".join(ada.get(address, HTTP_ACCEPT_LANGUAGE=language).content.decode().split()) for language in ("en", "ru")
    )

    time = '<time datetime="2026-04-08T08:00:00-04:00">'
    assert f"Switched on by Ada King · {time}8 April 2026, 8:00</time>" in english
    assert f"Включено: Ada King · {time}8 апреля 2026, 8:00</time>" in russian


def test_a_save_says_what_was_switched_and_stays_on_the_page(ada: Client, address: str) -> None:
    given = form_of(ada.get(address)) | {"discreetPush": "on"}
    del given["feedbackNotifications"]

    answer = ada.post(address, given, follow=True)

    assert answer.redirect_chain == [(address, 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "Feedback notifications: switched off",
        "Discreet notifications: switched on",
    ]


def test_a_save_that_switches_nothing_says_so(ada: Client, address: str, make: Make) -> None:
    given = form_of(ada.get(address)) | {"discreetPush": "on"}
    switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True}, by=make.dana)

    answer = ada.post(address, given, follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["Nothing was switched."]
    assert FlagChange.objects.get().by == make.dana


def test_the_history_tells_when_who_which_and_what(ada: Client, address: str, make: Make) -> None:
    switched_at_noon(make, discreetPush=True, by=make.ada)
    switched_at_noon(make, feedbackNotifications=False)
    FlagChange.objects.create(tenant=make.clinic, key="ofYesterday", on=True, by=make.dana, at=NOON)

    changes = ada.get(address).context["changes"]

    assert [(change.at, change.who, change.feature, change.turn) for change in changes] == [
        (NOON, "Dana Reed", "ofYesterday", "off → on"),
        (NOON, "–", "Feedback notifications", "on → off"),
        (NOON, "Ada King", "Discreet notifications", "off → on"),
    ]


def test_a_clinics_history_is_its_own(ada: Client, address: str, make: Make) -> None:
    switch_flags(tenant_id=make.other_clinic.pk, wanted={"discreetPush": True}, by=make.stella)

    shown = ada.get(address)

    assert shown.context["changes"] == []
    assert "Nothing has been switched yet." in shown.content.decode()
    assert "Stella" not in shown.content.decode()


def test_a_long_history_costs_as_much_as_none_and_ends_after_fifty(ada: Client, address: str, make: Make) -> None:
    people = [make.doctor(f"D{number}") for number in range(60)]
    ada.get(address)  # Django remembers a model's content type from here on.
    costs = []
    for by in ([], people):
        FlagChange.objects.bulk_create(
            FlagChange(tenant=make.clinic, key=key, on=True, by=person) for person in by for key in REGISTRY
        )
        with CaptureQueriesContext(connection) as queries:
            shown = ada.get(address)
        costs.append(len(queries))

    # The person and their clinic, the settings (for the buttons and for the page) and theirs, the changes.
    assert costs == [8, 8]
    assert len(shown.context["changes"]) == 50
    assert "The newest 50; older ones are kept." in shown.content.decode()


def test_an_operator_switches_the_features_of_any_clinic(browse: Browse, operator: User, make: Make) -> None:
    client, foreign = browse(operator), page(TenantSettings, "change", make.other_clinic.pk)

    client.post(foreign, form_of(client.get(foreign)) | {"discreetPush": "on"})

    assert features(make.other_clinic.pk)["discreetPush"] is True
    assert FlagChange.objects.values_list("tenant", "by").get() == (make.other_clinic.pk, operator.pk)


def test_a_doctor_neither_sees_nor_switches(browse: Browse, address: str, make: Make) -> None:
    make.dana.is_staff = True
    make.dana.save(update_fields=["is_staff"])
    before = stored(make)

    assert browse(make.dana).get(address).status_code == 403
    assert browse(make.dana).post(address, {"discreetPush": "on"}).status_code == 403
    assert (stored(make), FlagChange.objects.count()) == (before, 0)
