"""What is owed, in words; and the buttons of therapists' notes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import TenantSettings
from feedback.models import FeedbackSummary, NoteDelivery
from notifications.admin import shortened
from notifications.models import Device, Notification, Push
from okta import wakeups
from tests.admin.conftest import Rows, page, press
from tests.make import NOON, Make

Owe = Callable[..., NoteDelivery]
WAITING = {"due_at": NOON, "first_unsent_at": NOON}


@pytest.fixture
def owe(make: Make) -> Owe:
    def delivery(**fields: Any) -> NoteDelivery:
        return NoteDelivery.objects.create(workout=make.workout(completed_at=NOON), doctor=make.dana, rev=1, **fields)

    return delivery


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were woken, instead of a broker."""
    keys: list[str] = []
    monkeypatch.setattr(wakeups, "_publish", lambda task, key, *_rest: keys.append(key))
    return keys


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (WAITING, "Waiting for the quiet period"),
        (WAITING | {"held_at": NOON}, "Held by the therapist"),
        (WAITING | {"dead_at": NOON, "attempts": 3}, "Failing"),
        ({"delivered_at": NOON, "delivered_rev": 1}, "Sent"),
        ({}, "Nothing to send"),
    ],
)
def test_where_a_delivery_stands_is_said_in_words(fields: dict[str, Any], words: str, ada: Client, owe: Owe) -> None:
    delivery = owe(**fields)

    assert f">{words}</span>" in ada.get(page(NoteDelivery, "changelist")).content.decode()
    assert f">{words}</span>" in ada.get(page(NoteDelivery, "change", delivery.pk)).content.decode()


@pytest.mark.parametrize("features", [{}, {"feedbackNotifications": "no"}], ids=["never switched", "no switch"])
def test_a_clinic_with_the_feature_off_sees_that_it_is_off(
    features: dict[str, Any], ada: Client, owe: Owe, make: Make
) -> None:
    owe(**WAITING)
    TenantSettings.objects.filter(tenant=make.clinic).update(features=features)

    shown = ada.get(page(NoteDelivery, "changelist")).content.decode()

    assert "Feedback notifications are off" in shown


@pytest.mark.parametrize("state", ["waiting", "held", "dead", "sent", "none"])
def test_deliveries_can_be_filtered_by_state(state: str, ada: Client, owe: Owe) -> None:
    rows = {
        "waiting": owe(**WAITING),
        "held": owe(**WAITING, held_at=NOON),
        "dead": owe(**WAITING, dead_at=NOON),
        "sent": owe(delivered_at=NOON, delivered_rev=1),
        "none": owe(),
    }

    listed = ada.get(f"{page(NoteDelivery, 'changelist')}?state={state}").context["cl"].result_list

    assert list(listed) == [rows[state]]


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        (WAITING, ["send_now", "hold"]),
        (WAITING | {"held_at": NOON}, ["send_now", "resume"]),
        ({"delivered_at": NOON}, []),
    ],
)
def test_the_page_offers_what_can_be_done(fields: dict[str, Any], offered: list[str], ada: Client, owe: Owe) -> None:
    page_ = ada.get(page(NoteDelivery, "change", owe(**fields).pk))

    assert [button["name"] for button in page_.context["buttons"]] == offered


@pytest.mark.django_db(transaction=True)
def test_send_now_ends_the_wait_and_wakes_a_worker(ada: Client, owe: Owe, woken: list[str]) -> None:
    delivery = owe(due_at=Now() + timedelta(minutes=5), first_unsent_at=Now(), attempts=3, dead_at=Now())

    press(ada, NoteDelivery, "send_now", delivery)

    assert NoteDelivery.objects.filter(pk=delivery.pk, due_at__lte=Now(), attempts=0, dead_at=None).exists()
    assert woken == [f"feedback.deliver_notes:{delivery.pk}"]


def test_hold_and_resume_hold_and_resume(ada: Client, owe: Owe) -> None:
    delivery = owe(**WAITING)

    press(ada, NoteDelivery, "hold", delivery)
    held = NoteDelivery.objects.get(pk=delivery.pk).held_at
    press(ada, NoteDelivery, "resume", delivery)

    assert held is not None
    assert NoteDelivery.objects.filter(pk=delivery.pk, held_at=None, due_at__gt=Now()).exists()


def test_what_owes_nothing_is_left_alone_and_said(ada: Client, owe: Owe) -> None:
    sent, waiting = owe(delivered_at=NOON, delivered_rev=1), owe(**WAITING)

    answer = press(ada, NoteDelivery, "hold", sent, waiting).content.decode()

    assert "1 delivery was changed." in answer
    assert "There is nothing waiting to be sent." in answer
    assert NoteDelivery.objects.get(pk=sent.pk).held_at is None
    assert NoteDelivery.objects.get(pk=waiting.pk).held_at is not None


def test_a_button_needs_the_token_of_its_page(make: Make, owe: Owe) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")
    delivery = owe(**WAITING)

    answer = press(strict, NoteDelivery, "hold", delivery)

    assert answer.status_code == 403
    assert NoteDelivery.objects.get(pk=delivery.pk).held_at is None


def test_a_delivery_cannot_be_written_by_hand(ada: Client, owe: Owe) -> None:
    delivery = owe(**WAITING)

    assert ada.post(page(NoteDelivery, "change", delivery.pk), {"attempts": "0"}).status_code == 403
    assert ada.post(page(NoteDelivery, "delete", delivery.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("owed", {"due_at": NOON}),
        ("dead", {"due_at": NOON, "dead_at": NOON, "attempts": 3}),
        ("settled", {"settled_at": NOON}),
    ],
)
def test_summaries_can_be_filtered_by_state(state: str, fields: dict[str, Any], ada: Client, make: Make) -> None:
    every = {
        "owed": {"due_at": NOON},
        "dead": {"due_at": NOON, "dead_at": NOON},
        "settled": {"settled_at": NOON},
    }
    rows = {
        name: make.summary(make.workout(completed_at=NOON), **given)
        for name, given in (every | {state: fields}).items()
    }

    listed = ada.get(f"{page(FeedbackSummary, 'changelist')}?state={state}").context["cl"].result_list

    assert list(listed) == [rows[state]]


def test_a_token_is_never_shown_whole(ada: Client, ours: Rows) -> None:
    for address in (page(Device, "changelist"), page(Device, "change", ours[Device].pk)):
        shown = ada.get(address).content.decode()
        assert "Northside-secret" not in shown
        assert "Expone…thside]" in shown


def test_a_short_token_is_not_shown_at_all() -> None:
    assert shortened("abcdef") == "…"


def test_what_became_of_a_push_is_said_in_words(ada: Client, ours: Rows) -> None:
    Push.objects.update(status="FAILED", last_error="DeviceNotRegistered", attempts=1, ticket="t-1")

    shown = ada.get(page(Push, "change", ours[Push].pk)).content.decode()

    assert '<span class="okta-badge okta-red">Failed</span>' in shown
    assert "DeviceNotRegistered" in shown
    assert "t-1" in shown


def test_words_in_notifications_are_escaped(ada: Client, ours: Rows) -> None:
    evil = "<script>alert(1)</script>"
    Notification.objects.update(body=evil, title=evil, data={"type": evil})
    Push.objects.update(body=evil, data={"type": evil}, last_error=evil)

    for model in (Notification, Push):
        for address in (page(model, "changelist"), page(model, "change", ours[model].pk)):
            assert evil not in ada.get(address).content.decode()
