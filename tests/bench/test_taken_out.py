"""A guarantee that is taken out of a worker is gone, and only that one: or else the audit is not tried."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from bench.faults import guarantees
from bench.faults.__main__ import GUARANTEES as ASKED_FOR
from entrances import locks as entrance_locks
from entrances.actions import finalize
from entrances.locks import lock_overdue_entrance
from feedback.actions import deliver_notes
from feedback.models import NoteDelivery
from followups import addresses
from followups import locks as followup_locks
from followups.actions import deliver_due, settle
from followups.verdicts import in_app
from notifications.models import Notification
from tests.entrances.steps import visit, window_closes
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.followups.steps import for_pat, messages
from tests.make import NOON, Make
from tests.races.blocking import holding, until_waiting

pytestmark = pytest.mark.django_db(transaction=True)
# What a guarantee is taken out of, and what slow motion is put into.
REPLACED: list[tuple[Any, str]] = [
    (followup_locks, "CLAIM"),
    (settle, "SETTLE"),
    (entrance_locks, "overdue"),
    (deliver_notes, "lock_due_delivery"),
    (deliver_notes, "notify"),
    (deliver_notes, "_deliver"),
    (deliver_due, "send"),
    (finalize, "evidence_of"),
]


@pytest.fixture(autouse=True)
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The product as it is, and again afterwards."""
    whole = [getattr(module, name) for module, name in REPLACED]
    for (module, name), thing in zip(REPLACED, whole, strict=True):
        monkeypatch.setattr(module, name, thing)
    return whole


def changed(product: list[Any]) -> list[str]:
    now = [getattr(module, name) for module, name in REPLACED]
    return [name for (_, name), a, b in zip(REPLACED, product, now, strict=True) if a is not b]


@pytest.mark.parametrize(
    ("guarantee", "names"),
    [
        ("nothing", []),
        ("lease", ["CLAIM", "SETTLE"]),
        ("window", ["overdue"]),
        ("lock", ["lock_due_delivery"]),
        ("rev", ["notify"]),
    ],
)
def test_nothing_else_is_changed(product: list[Any], guarantee: str, names: list[str]) -> None:
    guarantees.take_out(guarantee)
    assert changed(product) == names


def test_what_can_be_asked_for_is_what_can_be_taken_out() -> None:
    assert sorted(guarantees.GUARANTEES) == sorted(ASKED_FOR)
    with pytest.raises(KeyError):
        guarantees.take_out("luck")


def test_without_leases_a_follow_up_is_taken_by_two(make: Make) -> None:
    row = for_pat(make)
    first = followup_locks.claim_due(limit=9)
    assert first.ids == [row.pk]
    assert followup_locks.claim_due(limit=9).ids == []
    guarantees.take_out("lease")
    second = followup_locks.claim_due(limit=9)
    assert second.ids == [row.pk]
    assert second.lease != first.lease


def test_without_leases_a_follow_up_is_settled_by_who_does_not_hold_it(make: Make) -> None:
    row = for_pat(make)
    claim = followup_locks.claim_due(limit=9)
    judged = [(parcel, in_app(parcel)) for parcel in addresses.address(claim.ids)]
    assert settle.settle(lease=uuid4(), judged=judged) == 0
    assert messages() == []
    guarantees.take_out("lease")
    assert settle.settle(lease=uuid4(), judged=judged) == 1
    assert messages() == [(row.conversation_id, "How is Sam?")]


def test_without_windows_a_visit_is_settled_while_its_window_is_open(make: Make) -> None:
    entrance = visit(make.pat)
    with transaction.atomic():
        assert lock_overdue_entrance(entrance.pk) is None
    guarantees.take_out("window")
    with transaction.atomic():
        assert lock_overdue_entrance(entrance.pk) == entrance
    window_closes(entrance)
    assert finalize.finalize_entrance(entrance_id=entrance.pk, now=NOON) == "SKIPPED_NO_SOURCE_WORKOUT"
    with transaction.atomic():
        assert lock_overdue_entrance(entrance.pk) is None


def a_due_delivery(make: Make) -> NoteDelivery:
    delivery = save(make.workout(completed_at=NOON), "Slower")
    quiet_period_ends(delivery)
    return delivery


def locked(delivery: NoteDelivery) -> NoteDelivery | None:
    with transaction.atomic():
        return deliver_notes.lock_due_delivery(delivery.pk)


def test_with_the_lock_a_delivery_waits_for_who_holds_it(make: Make) -> None:
    delivery = a_due_delivery(make)
    with holding(NoteDelivery.objects.all()) as background:
        waiting = background.start(lambda: locked(delivery))
        until_waiting(1)
        assert not waiting.done()
    assert waiting.result() == delivery


def test_without_the_lock_a_delivery_waits_for_nobody_and_is_due_as_before(make: Make) -> None:
    delivery = a_due_delivery(make)
    guarantees.take_out("lock")
    with holding(NoteDelivery.objects.all()) as background:
        assert background.start(lambda: locked(delivery)).result(timeout=10) == delivery
    save(delivery.workout, "Slowest")
    assert locked(delivery) is None


def test_without_the_rev_only_the_first_card_is_told(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    guarantees.take_out("rev")
    for note in ("Slower", "Slowest"):
        delivery = save(workout, note)
        quiet_period_ends(delivery)
        assert deliver_notes.deliver_notes(delivery_id=delivery.pk) == "sent"
    assert note_cards(workout) == [["Slowest"]]
    keys = Notification.objects.filter(recipient=make.pat).values_list("key", flat=True)
    assert list(keys) == [f"notes:{workout.pk}:{make.dana.pk}"]


def test_slow_motion_takes_longer_in_every_story_and_says_the_same(
    make: Make, product: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(guarantees.time, "sleep", slept.append)
    guarantees.slow_down()
    assert changed(product) == ["_deliver", "send", "evidence_of"]
    delivery = a_due_delivery(make)
    assert deliver_notes.deliver_notes(delivery_id=delivery.pk) == "sent"
    assert slept == [guarantees.LONGER_SECONDS]


def test_a_condition_that_is_not_there_cannot_be_taken_out() -> None:
    assert guarantees.without("WHERE a AND b", " AND b") == "WHERE a"
    with pytest.raises(ValueError, match="'AND c' is not there to be taken out"):
        guarantees.without("WHERE a AND b", "AND c")


def test_a_name_a_module_does_not_have_cannot_be_replaced() -> None:
    with pytest.raises(AttributeError):
        guarantees.replace(deliver_notes, "lock_overdue_delivery", None)
    assert not hasattr(deliver_notes, "lock_overdue_delivery")
