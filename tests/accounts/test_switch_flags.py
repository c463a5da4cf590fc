"""Switching a clinic's features: what really changes is stored, and recorded with who did it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.switch_flags import switch_flags
from accounts.models import FlagChange, TenantSettings
from accounts.queries import last_flag_changes, newest_flag_changes
from tests.make import Make


def stored(make: Make) -> dict[str, bool]:
    found: dict[str, bool] = TenantSettings.objects.get(tenant=make.clinic).features
    return found


def recorded() -> list[tuple[int, str, bool, int | None]]:
    return list(FlagChange.objects.order_by("pk").values_list("tenant", "key", "on", "by"))


def test_what_is_switched_is_stored_and_recorded_with_who_did_it(make: Make) -> None:
    wanted = {"discreetPush": True, "feedbackNotifications": False}

    changed = switch_flags(tenant_id=make.clinic.pk, wanted=wanted, by=make.ada)

    assert stored(make) == {"feedbackNotifications": False, "appEntranceTracking": True, "discreetPush": True}
    assert recorded() == [
        (make.clinic.pk, "discreetPush", True, make.ada.pk),
        (make.clinic.pk, "feedbackNotifications", False, make.ada.pk),
    ]
    assert [(change.key, change.on) for change in changed] == list(wanted.items())


def test_the_databases_clock_says_when(make: Make) -> None:
    switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True}, by=make.ada)

    with connection.cursor() as cursor:
        cursor.execute("SELECT at BETWEEN now() AND clock_timestamp() FROM accounts_flagchange")
        assert cursor.fetchall() == [(True,)]


def test_the_same_wish_twice_is_one_change(make: Make) -> None:
    first, second = (switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True}, by=make.ada) for _ in "12")

    assert (len(first), second, len(recorded())) == (1, [], 1)


@pytest.mark.parametrize(("key", "on"), [("inferredVisitsKeepStreaks", True), ("discreetPush", False)])
def test_a_flag_that_stands_so_as_it_comes_was_not_switched(key: str, on: bool, make: Make) -> None:
    before = stored(make)

    assert switch_flags(tenant_id=make.clinic.pk, wanted={key: on}, by=make.ada) == []

    assert (stored(make), recorded()) == (before, [])


def test_a_key_of_another_version_is_kept(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"ofTomorrow": True})

    switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True}, by=make.ada)

    assert stored(make) == {"ofTomorrow": True, "discreetPush": True}


def test_an_unknown_key_switches_nothing(make: Make) -> None:
    before = stored(make)

    with pytest.raises(KeyError):
        switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True, "ofTomorrow": True}, by=make.ada)

    assert (stored(make), recorded()) == (before, [])


def test_a_clinic_without_settings_gets_them(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).delete()

    switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True}, by=None)

    assert stored(make) == {"discreetPush": True}
    assert recorded() == [(make.clinic.pk, "discreetPush", True, None)]


def test_another_clinic_stays_as_it_is(make: Make) -> None:
    switch_flags(tenant_id=make.other_clinic.pk, wanted={"discreetPush": True}, by=None)

    assert "discreetPush" not in stored(make)
    assert newest_flag_changes(make.clinic.pk) == []


def test_the_last_change_of_every_flag_and_the_newest_of_all_are_two_questions(make: Make) -> None:
    for on in (True, False, True):
        switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": on}, by=make.ada)
    switch_flags(tenant_id=make.clinic.pk, wanted={"feedbackNotifications": False}, by=make.dana)

    with CaptureQueriesContext(connection) as queries:
        last = {key: (change.on, str(change.by)) for key, change in last_flag_changes(make.clinic.pk).items()}
        newest = [(change.key, change.on, str(change.by)) for change in newest_flag_changes(make.clinic.pk)]

    assert len(queries) == 2
    assert last == {"discreetPush": (True, "Ada King"), "feedbackNotifications": (False, "Dana Reed")}
    assert newest == [
        ("feedbackNotifications", False, "Dana Reed"),
        ("discreetPush", True, "Ada King"),
        ("discreetPush", False, "Ada King"),
        ("discreetPush", True, "Ada King"),
    ]
