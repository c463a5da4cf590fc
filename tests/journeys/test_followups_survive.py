"""The follow-up story on real processes while they are killed, doubled, and told the wrong time."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from followups.models import FollowUpAttempt, FollowUpMessage, FollowUpRequest
from okta.devstack.fake_provider import FakeProvider
from okta.models import SweepRun
from tests.followups.steps import device, for_pat, messages, promised, said_in, status_of, thread
from tests.live import Broker, Live, eventually, send_task, sweeps_later
from tests.make import Make
from tests.races.blocking import holding, until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(make: Make, live: Live) -> FollowUpRequest:
    """Dana's follow-up to Pat, due; Pat has a phone."""
    device(make.pat)
    return for_pat(make)


def leases_run_out() -> None:
    """Two minutes pass for every lease; the rows are locked in the order in which a delivery takes them."""
    with transaction.atomic():
        held = FollowUpRequest.objects.filter(lease__isnull=False).select_for_update(no_key=True).order_by("pk")
        FollowUpRequest.objects.filter(pk__in=[row.pk for row in held]).update(leased_until=Now())


def said_once(row: FollowUpRequest, make: Make) -> None:
    """Wait until it was said; it is one message, in the client's thread and in the clinic's."""
    eventually(lambda: status_of(row) == "sent")
    assert messages() == [(row.conversation_id, "How is Sam?")]
    assert said_in(thread(make)) == ["How is Sam?"]


def test_what_is_promised_for_the_near_future_arrives_on_its_second(
    make: Make, live: Live, fake_provider: FakeProvider
) -> None:
    device(make.pat)
    live.worker()
    conversation = str(thread(make).pk)
    at = f"{(thread(make).created_at + timedelta(seconds=4)):%Y-%m-%dT%H:%M:%SZ}"
    answer = make.api(make.dana).post(
        "/v2/follow-ups", {"conversationId": conversation, "displayText": "How is Sam?", "scheduledFor": at}
    )
    row = FollowUpRequest.objects.get(pk=answer.json()["id"])
    assert Broker().outstanding("followups.deliver") <= 1
    said_once(row, make)
    row.refresh_from_db()
    assert row.sent_at is not None
    assert timedelta(0) <= row.sent_at - row.scheduled_for < timedelta(seconds=2), "there is no beat: only the wake-up"
    assert len(fake_provider.received()) == 1


def test_without_any_wake_up_the_sweep_delivers(make: Make, live: Live, row: FollowUpRequest) -> None:
    live.beat()
    live.worker()
    said_once(row, make)


def test_a_worker_killed_while_the_service_does_not_answer_costs_an_attempt_and_nothing_else(
    make: Make, live: Live, row: FollowUpRequest, fake_provider: FakeProvider
) -> None:
    fake_provider.behave("timeout", 1)
    worker = live.worker()
    send_task("followups.deliver")
    eventually(lambda: [attempt["outcome"] for attempt in fake_provider.attempts()] == ["timeout"])
    live.kill(worker)
    assert status_of(row) == "scheduled", "cancelling it would still find it"
    leases_run_out()
    live.beat()
    live.worker()
    said_once(row, make)
    row.refresh_from_db()
    assert row.attempts == 1
    assert [push["collapseId"] for push in fake_provider.received()] == [f"follow-up:{row.pk}"]


def test_a_worker_killed_between_push_and_settling_repeats_the_push_and_not_the_message(
    make: Make, live: Live, row: FollowUpRequest, fake_provider: FakeProvider
) -> None:
    worker = live.worker()
    # The thread's row is what settling needs and sending does not.
    with holding(type(thread(make)).objects.all()):
        send_task("followups.deliver")
        eventually(lambda: len(fake_provider.received()) == 1)
        until_waiting(1)
        live.kill(worker)
    assert (status_of(row), messages()) == ("scheduled", [])
    leases_run_out()
    live.beat()
    live.worker()
    said_once(row, make)
    assert [push["collapseId"] for push in fake_provider.received()] == [f"follow-up:{row.pk}"] * 2


def test_a_worker_killed_inside_the_transaction_of_its_claim_costs_nothing(make: Make, live: Live) -> None:
    row = for_pat(make)
    worker = live.worker()
    # Without a phone there is nothing to send: it is settled where it was claimed.
    with holding(type(thread(make)).objects.all()):
        send_task("followups.deliver")
        until_waiting(1)
        live.kill(worker)
    assert FollowUpRequest.objects.values_list("status", "lease", "attempts").get() == ("scheduled", None, 0)
    live.beat()
    live.worker()
    said_once(row, make)


def test_forty_duplicates_and_two_beats_and_two_workers_say_it_once(
    make: Make, live: Live, row: FollowUpRequest, fake_provider: FakeProvider
) -> None:
    for _ in range(40):
        send_task("followups.deliver")
    for _ in range(2):
        live.beat()
        live.worker()
    said_once(row, make)
    eventually(lambda: Broker().outstanding("followups.deliver") == 0)
    sweeps_later("followups.sweep", 2)
    said_once(row, make)
    assert len(fake_provider.received()) == 1


def test_a_service_that_comes_back_gets_what_it_missed(
    make: Make, live: Live, row: FollowUpRequest, fake_provider: FakeProvider
) -> None:
    fake_provider.behave("500", 3)
    live.beat()
    live.worker()
    said_once(row, make)
    row.refresh_from_db()
    assert row.attempts == 1
    outcomes = FollowUpAttempt.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["DOWN", "DOWN", "DOWN", "ACCEPTED"]


@pytest.mark.parametrize("flushed", [False, True], ids=["kept", "flushed"])
def test_workers_whose_clocks_are_ten_minutes_wrong_say_nothing_early_and_nothing_twice(
    make: Make, live: Live, broker: Broker, fake_provider: FakeProvider, flushed: bool
) -> None:
    device(make.pat)
    live.beat()
    live.worker(clock=timedelta(minutes=10))
    live.worker(clock=-timedelta(minutes=10))
    rows = [for_pat(make, scheduled_for=Now() + timedelta(seconds=n), display_text=f"{n}") for n in range(1, 5)]
    if flushed:
        broker.redis.flushdb()
    eventually(lambda: all(status_of(row) == "sent" for row in rows))
    assert [text for _, text in messages()] == ["1", "2", "3", "4"]
    assert not FollowUpRequest.objects.filter(sent_at__lt=F("scheduled_for")).exists()
    assert len(fake_provider.received()) == 4
    sweeps_later("followups.sweep", 2)


class TestManyAtOnce:
    """Six hundred in a hundred conversations, one poisonous, one that kills its worker."""

    @pytest.fixture
    def live(self, transactional_db: None, broker: Broker, tmp_path: Path) -> Iterator[Live]:
        processes = Live(tmp_path, PUSH_TRANSPORT_EXPO="tests.followups.scripted.Scripted")
        yield processes
        processes.stop()

    def test_all_arrive_once_and_in_order_but_the_two_that_cannot(self, live: Live) -> None:
        rows = self.six_hundred()
        for _ in range(2):
            live.worker()
            live.beat()
        eventually(self.all_settled, seconds=60)
        sweeps_later("followups.sweep", 2)

        dead = {rows["poison"].pk, rows["killer"].pk}
        assert set(FollowUpRequest.objects.exclude(status="sent").values_list("pk", "status")) == {
            (pk, "failed") for pk in dead
        }
        said = Counter(FollowUpMessage.objects.values_list("follow_up_id", flat=True))
        assert set(said) == set(FollowUpRequest.objects.exclude(pk__in=dead).values_list("pk", flat=True))
        assert set(said.values()) == {1}
        assert self.order_violations() == 0
        assert not SweepRun.objects.filter(kind="followups.sweep", ok=False).exclude(failed="died").exists()

    @staticmethod
    def all_settled() -> bool:
        # What a killed worker held is anybody's when its lease has run out. The sweep it died in, and the task,
        # are believed in for a while; nobody waits for any of them here.
        leases_run_out()
        if not Broker().redis.llen("timers"):
            send_task("followups.deliver")
        return not FollowUpRequest.objects.filter(status="scheduled").exists()

    def six_hundred(self) -> dict[str, FollowUpRequest]:
        from_outside = []
        for number in range(100):
            first = promised(display_text="0", scheduled_for=Now() - timedelta(minutes=10))
            from_outside += [
                FollowUpRequest(
                    conversation_id=first.conversation_id,
                    user_id="7c0f",
                    display_text=str(place),
                    scheduled_for=first.scheduled_for + timedelta(minutes=place),
                    device_token=f"ExponentPushToken[{number}-{place}]" if place % 2 else None,
                )
                for place in range(1, 6)
            ]
        FollowUpRequest.objects.bulk_create(from_outside)
        return {
            "poison": promised(device_token="ExponentPushToken[bug]"),
            "killer": promised(device_token="ExponentPushToken[killer]", scheduled_for=Now() - timedelta(hours=1)),
        }

    @staticmethod
    def order_violations() -> int:
        violations = 0
        for conversation_id in FollowUpMessage.objects.values_list("conversation_id", flat=True).distinct():
            rows = FollowUpMessage.objects.filter(conversation_id=conversation_id)
            shown = list(rows.order_by("timestamp", "created_at", "pk").values_list("message_content", flat=True))
            violations += sum(later < earlier for earlier, later in pairwise(shown))
        return violations
