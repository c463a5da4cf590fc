"""Telling people: once, in their language, discreetly where the clinic wants it."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import TenantSettings, User
from notifications.actions.notify import Text, notify
from notifications.models import Device, Notification, Push
from notifications.states import NotificationType, Platform, PushStatus
from tests.make import Make
from tests.together import together

TEXT = Text("Northside", "Pat reported high pain")
DATA = {"type": "PATIENT_FEEDBACK", "workoutId": 7, "conversationId": "0b7c", "patientName": "Pat Lee"}


def device(user: User, number: int = 1, **fields: object) -> Device:
    token = f"ExponentPushToken[{user.pk}-{number}]"
    return Device.objects.create(user=user, platform=Platform.EXPO, token=token, **fields)


def tell(*recipients: User, key: str = "summary:7", text: Text = TEXT) -> int:
    return notify(
        recipients=recipients,
        type=NotificationType.PATIENT_FEEDBACK,
        key=key,
        compose=lambda _: text,
        data=DATA,
        collapse_id="summary:7",
    )


def test_each_recipient_gets_a_row_and_each_device_a_push(make: Make) -> None:
    phone, tablet = device(make.dana), device(make.dana, 2)

    assert tell(make.dana, make.omar) == 2

    assert set(Notification.objects.values_list("recipient", "type", "key", "title", "body")) == {
        (person.pk, "PATIENT_FEEDBACK", "summary:7", "Northside", "Pat reported high pain")
        for person in (make.dana, make.omar)
    }
    assert [row.data for row in Notification.objects.all()] == [DATA, DATA]
    assert list(Push.objects.order_by("pk").values_list("device", "title", "body", "collapse_id", "status")) == [
        (chosen.pk, "Northside", "Pat reported high pain", "summary:7", PushStatus.PENDING)
        for chosen in (phone, tablet)
    ]
    assert Push.objects.values_list("data", flat=True)[0] == DATA


def test_nobody_is_told_the_same_thing_twice(make: Make) -> None:
    device(make.dana)
    device(make.omar)
    tell(make.dana)

    told = tell(make.dana, make.omar, text=Text("Northside", "Again"))

    assert told == 1
    assert dict(Notification.objects.values_list("recipient", "body")) == {
        make.dana.pk: "Pat reported high pain",
        make.omar.pk: "Again",
    }
    assert sorted(Push.objects.values_list("device__user", "body")) == [
        (make.dana.pk, "Pat reported high pain"),
        (make.omar.pk, "Again"),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_same_thing_told_at_once_is_pushed_once(make: Make) -> None:
    people = [make.dana, make.omar]
    for person in people:
        device(person)

    told = together([lambda: tell(*people)] * 6)

    assert sum(told) == 2
    assert Push.objects.count() == 2


def test_a_recipient_named_twice_is_told_once(make: Make) -> None:
    assert tell(make.dana, make.dana) == 1


def test_retired_devices_and_closed_accounts_get_no_push(make: Make) -> None:
    device(make.dana, retired_at="2026-04-01T00:00Z")
    make.omar.is_active = False
    make.omar.save(update_fields=["is_active"])
    device(make.omar)

    assert tell(make.dana, make.omar) == 2
    assert not Push.objects.exists()


def test_nothing_stays_when_the_story_rolls_back(make: Make) -> None:
    device(make.dana)

    with transaction.atomic():
        tell(make.dana)
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
    assert not Push.objects.exists()


def test_everybody_reads_their_own_language(make: Make) -> None:
    vera = make.doctor("Vera", language="ru")
    spoken = []

    def compose(person: User) -> Text:
        spoken.append((person.pk, translation.get_language()))
        return Text(_("Doctor"), "")

    with translation.override("en"):
        notify(
            recipients=[make.dana, vera],
            type=NotificationType.PATIENT_FEEDBACK,
            key="k",
            compose=compose,
            data={},
            collapse_id="k",
        )

    assert spoken == [(make.dana.pk, "en"), (vera.pk, "ru")]


def test_a_discreet_push_says_nothing_and_carries_ids_only(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"discreetPush": True})
    device(make.dana)

    tell(make.dana)

    push = Push.objects.get()
    assert (push.title, push.body) == ("Okta", "There is something new for you in the app.")
    assert push.data == {"type": "PATIENT_FEEDBACK", "workoutId": 7, "conversationId": "0b7c"}
    row = Notification.objects.get()
    assert (row.title, row.body, row.data) == ("Northside", "Pat reported high pain", DATA)


def test_a_push_is_cut_to_what_providers_take_and_the_feed_keeps_the_text(make: Make) -> None:
    device(make.dana)

    tell(make.dana, text=Text("T" * 300, "ы" * 3000))

    push, row = Push.objects.get(), Notification.objects.get()
    assert push.title == "T" * 197 + "…"
    assert (push.body[-1], len(push.body.encode())) == ("…", 2047)
    assert (row.title, row.body) == ("T" * 200, "ы" * 3000)


def test_fifty_recipients_cost_as_many_queries_as_one(make: Make) -> None:
    people = [make.dana, *(make.doctor() for _ in range(49))]
    for person in people:
        device(person)

    def queries(recipients: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            tell(*people[:recipients], key=f"to {recipients}")
        return len(captured)

    assert queries(1) == queries(50) == 6
