"""Two people at the switches of one clinic; each test says what would go wrong without the lock."""

from functools import partial
from threading import Barrier
from typing import Any

import pytest

from accounts.actions import switch_flags as switching
from accounts.actions.switch_flags import switch_flags
from accounts.models import FlagChange, TenantSettings
from tests.make import Make
from tests.races.blocking import holding, until_waiting
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def stored(make: Make) -> dict[str, bool]:
    found: dict[str, bool] = TenantSettings.objects.get(tenant=make.clinic).features
    return {key: on for key, on in found.items() if key not in ("feedbackNotifications", "appEntranceTracking")}


def recorded() -> list[tuple[str, bool]]:
    return list(FlagChange.objects.order_by("pk").values_list("key", "on"))


def both(make: Make, *wishes: dict[str, bool]) -> None:
    """Two wishes that have begun before either is carried out; the first comes first."""
    ada, omar = make.ada, make.omar
    with holding(TenantSettings.objects.filter(tenant=make.clinic)) as background:
        for waiting, (by, wanted) in enumerate(zip((ada, omar), wishes, strict=True), 1):
            background.start(partial(switch_flags, tenant_id=make.clinic.pk, wanted=wanted, by=by))
            until_waiting(waiting)


def both_look_first(make: Make, monkeypatch: pytest.MonkeyPatch, *wishes: dict[str, bool]) -> None:
    """The same two without the lock: both have read the settings before either writes."""
    all_there = Barrier(2)

    def only_look(tenant_id: int) -> TenantSettings:
        found = TenantSettings.objects.get(pk=tenant_id)
        all_there.wait(timeout=10)
        return found

    monkeypatch.setattr(switching, "lock_settings", only_look)
    clinic, ada = make.clinic.pk, make.ada
    together([partial(switch_flags, tenant_id=clinic, wanted=wanted, by=ada) for wanted in wishes])


ON: dict[str, bool] = {"discreetPush": True}
OTHER: dict[str, bool] = {"anyConnectedDoctorMayNote": True}


def test_the_same_switch_pressed_by_two_is_switched_once(make: Make) -> None:
    both(make, ON, ON)
    assert (stored(make), recorded()) == (ON, [("discreetPush", True)])


def test_without_the_lock_it_would_be_told_twice(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    both_look_first(make, monkeypatch, ON, ON)
    assert recorded() == [("discreetPush", True)] * 2


def test_two_switches_do_not_undo_each_other(make: Make) -> None:
    both(make, ON, OTHER)
    assert stored(make) == ON | OTHER
    assert sorted(recorded()) == [("anyConnectedDoctorMayNote", True), ("discreetPush", True)]


def test_without_the_lock_one_would_be_undone_though_it_is_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    both_look_first(make, monkeypatch, ON, OTHER)
    assert stored(make) in (ON, OTHER)
    assert len(recorded()) == 2


def test_on_and_off_at_once_are_told_in_the_order_they_came(make: Make) -> None:
    both(make, {"feedbackNotifications": False}, {"feedbackNotifications": True})

    assert recorded() == [("feedbackNotifications", False), ("feedbackNotifications", True)]
    assert TenantSettings.objects.get(tenant=make.clinic).features["feedbackNotifications"] is True


def test_the_first_wishes_of_a_clinic_without_settings_are_all_kept(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).delete()
    clinic = make.clinic.pk
    wishes: list[dict[str, Any]] = [ON, OTHER, ON, OTHER, {"rtmBillingDashboard": True}]

    together([partial(switch_flags, tenant_id=clinic, wanted=wanted, by=None) for wanted in wishes])

    assert stored(make) == ON | OTHER | {"rtmBillingDashboard": True}
    assert sorted(key for key, _on in recorded()) == [
        "anyConnectedDoctorMayNote",
        "discreetPush",
        "rtmBillingDashboard",
    ]
