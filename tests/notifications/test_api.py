"""The doors to devices and notifications."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications.actions.deliver import deliver_due
from notifications.actions.notify import Text, notify
from notifications.models import Device, Notification, Push
from notifications.states import NotificationType, PushStatus
from okta.devstack.fake_provider import FakeProvider
from tests.make import Make
from tests.notifications.conftest import Outbox
from tests.together import together

DEVICES = "/v2/devices"
NOTIFICATIONS = "/v2/notifications"
TOKEN = "ExponentPushToken[aaaa-bbbb]"
FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2"
KEYS = {"p256dh": "BNc", "auth": "tBH"}


def tell(user: User, key: str = "summary:7") -> Notification:
    notify(
        recipients=[user],
        type=NotificationType.PATIENT_FEEDBACK,
        key=key,
        compose=lambda _: Text("Northside", "Pat left feedback"),
        data={"type": "PATIENT_FEEDBACK", "workoutId": 7},
        collapse_id=key,
    )
    return Notification.objects.get(recipient=user, key=key)


# --- devices ---


@pytest.mark.parametrize(
    "body",
    [
        {"platform": "EXPO", "token": TOKEN},
        {"platform": "EXPO", "token": "ExpoPushToken[x_y]"},
        {"platform": "FCM", "token": "d:APA91b"},
        {"platform": "APNS", "token": "0f" * 32},
        {"platform": "WEBPUSH", "token": f"{FIREFOX}/abc", "keys": KEYS},
    ],
)
def test_a_device_is_registered_once(make: Make, body: dict[str, Any]) -> None:
    api = make.api(make.pat)

    first, again = api.post(DEVICES, body), api.post(DEVICES, body)

    device = Device.objects.get()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"id": device.pk, "platform": body["platform"]}
    assert (device.user, device.token, device.keys) == (make.pat, body["token"], body.get("keys"))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "EXPO", "token": "aaaa"}, "token"),
        ({"platform": "EXPO", "token": "ExponentPushToken[]"}, "token"),
        ({"platform": "EXPO", "token": f"{TOKEN} {TOKEN}"}, "token"),
        ({"platform": "EXPO", "token": "x" * 2001}, "token"),
        ({"platform": "EXPO"}, "token"),
        ({"platform": "PIGEON", "token": TOKEN}, "platform"),
        ({"platform": "WEBPUSH", "token": f"{FIREFOX}/abc"}, "keys"),
        ({"platform": "WEBPUSH", "token": f"{FIREFOX}/abc", "keys": {"auth": "x"}}, "keys.p256dh"),
        ({"platform": "WEBPUSH", "token": "https://push.example/abc", "keys": KEYS}, "token"),
        ({"platform": "SMS", "token": "+15005550006"}, "platform"),
        ({"platform": "FCM", "token": "+15005550006"}, "token"),
    ],
)
def test_a_device_that_cannot_be_reached_is_refused(make: Make, body: dict[str, Any], field: str) -> None:
    answer = make.api(make.pat).post(DEVICES, body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Device.objects.exists()


def test_a_token_the_index_cannot_hold_is_refused(make: Make) -> None:
    token = "".join(random.Random(7).choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=2000))

    answer = make.api(make.pat).post(DEVICES, {"platform": "FCM", "token": token})

    assert answer.status_code == 400
    assert answer.json()["fields"] == {"token": ["A push token is printable ASCII without spaces."]}
    assert not Device.objects.exists()


def test_the_longest_token_is_registered(make: Make) -> None:
    token = "".join(random.Random(7).choices([chr(code) for code in range(0x21, 0x7F)], k=2000))

    answer = make.api(make.pat).post(DEVICES, {"platform": "FCM", "token": token})

    assert (answer.status_code, Device.objects.get().token) == (201, token)


def test_a_known_token_moves_to_whoever_registers_it(make: Make, outbox: Outbox, expo: FakeProvider) -> None:
    device = outbox.device(make.dana, token=TOKEN, registered_at=Now() - timedelta(days=9), retired_at=Now())
    Device.objects.update(retired_at=None)
    push = outbox.push(device)
    Device.objects.update(retired_at=Now())

    answer = make.api(make.pat).post(DEVICES, {"platform": "EXPO", "token": TOKEN})

    assert (answer.status_code, answer.json()["id"]) == (200, device.pk)
    registered_before = device.registered_at
    device.refresh_from_db()
    assert (device.user, device.retired_at) == (make.pat, None)
    assert device.registered_at != registered_before
    deliver_due()
    push.refresh_from_db()
    assert push.status == PushStatus.FAILED
    assert expo.received() == []


@pytest.mark.django_db(transaction=True)
def test_a_token_registered_at_once_from_two_phones_has_one_owner(make: Make) -> None:
    clients = [make.api(make.pat), make.api(make.dana)] * 3

    answers = together([lambda api=api: api.post(DEVICES, {"platform": "EXPO", "token": TOKEN}) for api in clients])

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert Device.objects.count() == 1


def test_a_forgotten_device_gets_no_more_pushes(make: Make, outbox: Outbox, expo: FakeProvider) -> None:
    device = outbox.device(make.dana)
    push = outbox.push(device)
    api = make.api(make.dana)

    answers = [api.delete(f"{DEVICES}/{device.pk}"), api.delete(f"{DEVICES}/{device.pk}")]

    assert [answer.status_code for answer in answers] == [204, 204]
    deliver_due()
    push.refresh_from_db()
    assert push.status == PushStatus.FAILED
    tell(make.dana)
    assert Push.objects.count() == 1
    assert expo.received() == []


@pytest.mark.parametrize("caller", ["pat", "omar", "stella"])
def test_nobody_forgets_the_device_of_another(make: Make, outbox: Outbox, caller: str) -> None:
    device = outbox.device(make.dana)

    answer = make.api(getattr(make, caller)).delete(f"{DEVICES}/{device.pk}")

    assert answer.status_code == 404
    device.refresh_from_db()
    assert device.retired_at is None


# --- notifications ---


def test_people_see_what_they_were_told_newest_first(make: Make) -> None:
    first, second = tell(make.dana, "a"), tell(make.dana, "b")
    tell(make.omar, "a")

    answer = make.api(make.dana).get(NOTIFICATIONS)

    assert [row["id"] for row in answer.json()["results"]] == [second.pk, first.pk]
    assert answer.json()["next"] is None
    assert answer.json()["results"][1] == {
        "id": first.pk,
        "type": "PATIENT_FEEDBACK",
        "title": "Northside",
        "body": "Pat left feedback",
        "data": {"type": "PATIENT_FEEDBACK", "workoutId": 7},
        "createdAt": first.created_at.isoformat().replace("+00:00", "Z"),
        "readAt": None,
    }


def test_a_long_list_is_paged_without_gaps_at_constant_cost(make: Make) -> None:
    rows = Notification.objects.bulk_create(
        Notification(recipient=make.dana, type="ADMIN_ALERT", key=str(number), title="T", body="B")
        for number in range(51)
    )
    api = make.api(make.dana)

    with CaptureQueriesContext(connection) as captured:
        first = api.get(NOTIFICATIONS).json()
    cost = len(captured)
    second = api.get(first["next"]).json()

    assert cost == 2
    assert [row["id"] for row in first["results"] + second["results"]] == [row.pk for row in reversed(rows)]
    assert second["next"] is None


def test_the_first_reading_counts(make: Make) -> None:
    told = tell(make.dana)
    api = make.api(make.dana)

    first, again = (api.post(f"{NOTIFICATIONS}/{told.pk}/read") for _ in range(2))

    told.refresh_from_db()
    assert told.read_at is not None
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["readAt"] == again.json()["readAt"] == told.read_at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("caller", ["pat", "omar", "stella"])
def test_nobody_reads_what_another_was_told(make: Make, caller: str) -> None:
    told = tell(make.dana)

    answer = make.api(getattr(make, caller)).post(f"{NOTIFICATIONS}/{told.pk}/read")

    assert answer.status_code == 404
    told.refresh_from_db()
    assert told.read_at is None


def test_ids_no_row_can_have_do_not_exist(make: Make) -> None:
    api = make.api(make.dana)

    assert api.delete(f"{DEVICES}/{2**70}").status_code == 404
    assert api.post(f"{NOTIFICATIONS}/{2**70}/read").status_code == 404


def test_strangers_are_asked_to_sign_in(make: Make) -> None:
    api = make.api()

    answers = [
        api.post(DEVICES, {}),
        api.delete(f"{DEVICES}/1"),
        api.get(NOTIFICATIONS),
        api.post(f"{NOTIFICATIONS}/1/read"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]


def test_an_operator_of_no_clinic_has_no_devices(make: Make) -> None:
    root = User.objects.create_superuser("root@example.org", "x", first_name="Root")

    assert make.api(root).post(DEVICES, {"platform": "EXPO", "token": TOKEN}).status_code == 403
    assert not Device.objects.exists()
