"""Devices, pushes, and a provider of the test's own."""

from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import User
from notifications.actions.notify import Text, notify
from notifications.models import Device, Push
from notifications.states import NotificationType, Platform
from notifications.transports.base import Outgoing
from okta import wakeups
from okta.devstack.fake_provider import FakeProvider
from tests.make import Make

DATA = {"type": "PATIENT_FEEDBACK", "workoutId": 7}


def push_to(token: str, **fields: Any) -> Outgoing:
    """One push as a transport is given it."""
    row = {
        "push_id": 1,
        "token": token,
        "title": "Northside",
        "body": "Pat left feedback",
        "data": DATA,
        "collapse_id": "summary:7",
        "urgent": False,
    }
    return Outgoing(**(row | fields))


class Outbox:
    """Builds devices and owed pushes for the cast."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._counter = 0

    def device(self, user: User | None = None, **fields: Any) -> Device:
        self._counter += 1
        fields = {"platform": Platform.EXPO, "token": f"ExponentPushToken[{self._counter}]", **fields}
        return Device.objects.create(user=user or self._make.dana, **fields)

    def push(self, device: Device | None = None, **fields: Any) -> Push:
        """A push owed to ``device`` alone, due now; ``fields`` overwrite the row's columns."""
        device = device or self.device()
        self._counter += 1
        key = f"summary:{self._counter}"
        notify(
            recipients=[device.user],
            type=NotificationType.PATIENT_FEEDBACK,
            key=key,
            compose=lambda _: Text("Northside", "Pat left feedback"),
            data=DATA,
            collapse_id=key,
        )
        pushes = Push.objects.filter(notification__key=key)
        pushes.exclude(device=device).delete()
        if fields:
            pushes.update(**fields)
        return pushes.get()


@pytest.fixture
def outbox(make: Make) -> Outbox:
    return Outbox(make)


@pytest.fixture
def expo(fake_provider: FakeProvider, settings: Any) -> FakeProvider:
    """Expo, as far as the product can tell."""
    settings.EXPO_PUSH_URL = fake_provider.url
    return fake_provider


@pytest.fixture
def fcm(fake_provider: FakeProvider, settings: Any) -> FakeProvider:
    """Google, as far as the product can tell."""
    settings.FCM_URL = fake_provider.environment["FCM_URL"]
    settings.FCM_CREDENTIALS = fake_provider.environment["FCM_CREDENTIALS"]
    return fake_provider


@pytest.fixture
def apns(fake_provider: FakeProvider, settings: Any) -> FakeProvider:
    """Apple, as far as the product can tell."""
    for name in ("APNS_URL", "APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"):
        setattr(settings, name, fake_provider.environment[name])
    return fake_provider


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """The wake-ups asked for, as (key, seconds), instead of messages in a broker."""
    asked: list[tuple[str, float]] = []

    def wake(task: str, *, key: str, after: Any = None, **_: Any) -> None:
        assert task == "notifications.deliver"
        asked.append((key, after.total_seconds() if after else 0.0))

    monkeypatch.setattr(wakeups, "wake", wake)
    return asked


def many(push: Push, number: int) -> None:
    """Make ``number`` pushes of one, told apart by their data."""
    push.data = {"number": 0}
    push.save(update_fields=["data"])
    fields = {
        name: getattr(push, name)
        for name in ("notification_id", "device_id", "platform", "title", "body", "collapse_id")
    }
    Push.objects.bulk_create(Push(**fields, data={"number": index}) for index in range(1, number))


def seconds_until(push: Push, column: str) -> float:
    """How far ahead of the database's clock a column is; whole seconds are exact enough."""
    until = Push.objects.filter(pk=push.pk).values_list(column, Now()).get()
    return round((until[0] - until[1]).total_seconds())


def sent(expo: FakeProvider) -> list[str]:
    """The collapse ids of what the provider took, oldest first."""
    return [push["collapseId"] for push in expo.received()]
