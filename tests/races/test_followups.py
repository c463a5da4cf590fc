"""Follow-ups when two things happen at once; each test says what would go wrong without its lock."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models.functions import Now

from followups import locks
from followups.actions import deliver_due as delivery
from followups.actions import schedule as scheduling
from followups.actions.cancel import cancel
from followups.actions.change import NotScheduled, change
from followups.actions.schedule import schedule
from followups.models import FollowUpMessage, FollowUpRequest
from followups.states import Status
from messaging.models import Conversation
from tests.followups.scripted import Scripted
from tests.followups.steps import deliver, device, for_pat, messages, promised, said_in, status_of, thread
from tests.make import Make
from tests.races.blocking import holding, until_waiting
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "ExponentPushToken[x]"


@pytest.fixture(autouse=True)
def _scripted(settings: Any) -> Iterator[None]:
    settings.PUSH_TRANSPORTS = {"EXPO": "tests.followups.scripted.Scripted"}
    yield
    for wish in (Scripted.sent, Scripted.during, Scripted.down, Scripted.once):
        wish.clear()


def cancelled_by_the_client(row: FollowUpRequest) -> int:
    """What the mobile client's request does."""
    return FollowUpRequest.objects.filter(pk=row.pk, status=Status.SCHEDULED).update(status=Status.CANCELLED)


class TestCancellation:
    """Whoever is first wins; there is no third way."""

    def test_one_that_meets_a_settling_delivery_waits_and_finds_nothing(self, make: Make) -> None:
        row = for_pat(make)
        with holding(Conversation.objects.all()) as background:
            background.start(deliver)
            until_waiting(1)
            by_the_client = background.start(lambda: cancelled_by_the_client(row))
            by_a_colleague = background.start(lambda: refused(row))
            until_waiting(3)
        assert (by_the_client.result(), by_a_colleague.result()) == (0, True)
        assert (status_of(row), said_in(thread(make)), len(messages())) == ("sent", ["How is Sam?"], 1)

    def test_one_that_is_not_committed_yet_is_not_overtaken_by_a_claim(self) -> None:
        row = promised()
        with transaction.atomic():
            cancelled_by_the_client(row)
            together([deliver])
            assert messages() == []
        assert (status_of(row), messages()) == ("cancelled", [])

    def test_one_that_a_settling_delivery_meets_is_waited_for_and_wins(self, make: Make) -> None:
        row = for_pat(make, device_token=TOKEN)
        with ThreadPoolExecutor(1) as pool:
            # While the push is on its way, the cancellation takes the row and lets the settling wait for it.
            Scripted.during.append(lambda: pool.submit(cancel_slowly, row, taken := Event()) and taken.wait(10))
            deliver()
        assert len(Scripted.sent) == 1
        assert (status_of(row), said_in(thread(make)), messages()) == ("cancelled", [], [])


def refused(row: FollowUpRequest) -> bool:
    try:
        cancel(follow_up_id=row.pk)
    except NotScheduled:
        return True
    return False


def cancel_slowly(row: FollowUpRequest, taken: Event) -> None:
    try:
        with transaction.atomic():
            cancelled_by_the_client(row)
            taken.set()
            until_waiting(1)
    finally:
        connections.close_all()


class TestTwoSweeps:
    def test_what_one_is_sending_the_other_leaves_alone(self) -> None:
        promised(device_token=TOKEN)
        Scripted.during.append(deliver)
        deliver()
        assert len(Scripted.sent) == len(messages()) == 1

    def test_without_the_lease_it_would_be_pushed_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(locks, "CLAIM", locks.CLAIM.replace("AND r.lease IS NULL", ""))
        promised(device_token=TOKEN)
        Scripted.during.append(deliver)
        deliver()
        assert len(Scripted.sent) == 2

    def test_a_delivery_that_lost_its_lease_writes_nothing(self) -> None:
        row = promised(device_token=TOKEN)

        def overtake() -> None:
            FollowUpRequest.objects.update(leased_until=Now())
            deliver()

        Scripted.during.append(overtake)
        deliver()
        assert (status_of(row), len(messages())) == ("sent", 1)
        assert [outgoing.collapse_id for outgoing in Scripted.sent] == [f"follow-up:{row.pk}"] * 2

    def test_a_claim_steps_over_what_another_is_claiming(self) -> None:
        first, second = promised(), promised()
        with transaction.atomic():
            FollowUpRequest.objects.select_for_update().get(pk=first.pk)
            together([deliver])
            assert (status_of(first), status_of(second)) == ("scheduled", "sent")

    def test_three_at_once_say_everything_once_and_in_order_though_one_in_ten_is_refused_at_first(self) -> None:
        for number in range(100):
            token = f"ExponentPushToken[{number}]" if number % 2 else None
            first = promised(display_text="0", device_token=token)
            for place in range(1, 6):
                promised(conversation_id=first.conversation_id, display_text=str(place))
            if number % 10 == 5:
                Scripted.once.add(str(token))
        together([deliver] * 3)
        waiting = FollowUpRequest.objects.filter(status=Status.SCHEDULED)
        assert (len(messages()), waiting.filter(attempts=1).count(), waiting.count()) == (540, 10, 60)

        waiting.filter(attempts=1).update(next_attempt_at=Now())
        together([deliver] * 3)
        said: dict[Any, list[str]] = {}
        for conversation, text in messages():
            said.setdefault(conversation, []).append(text)
        assert list(said.values()) == [["0", "1", "2", "3", "4", "5"]] * 100
        assert len(Scripted.sent) == 50


class TestDeadlocks:
    """Two at a time that want several of the same rows."""

    @staticmethod
    def two() -> tuple[FollowUpRequest, FollowUpRequest]:
        """By their keys; by all else, the second comes first."""
        low = promised(device_token=TOKEN, id=UUID(int=1), conversation_id=UUID(int=4))
        earlier = Now() - timedelta(minutes=5)
        high = promised(device_token=TOKEN, id=UUID(int=2), conversation_id=UUID(int=3), scheduled_for=earlier)
        return low, high

    @staticmethod
    def cancel_in_turn(rows: Sequence[FollowUpRequest], taken: Event) -> None:
        """Take one row after another, as one statement does in its own order; the second when a delivery waits."""
        try:
            with transaction.atomic():
                cancelled_by_the_client(rows[0])
                taken.set()
                until_waiting(1)
                cancelled_by_the_client(rows[1])
        finally:
            connections.close_all()

    @pytest.mark.parametrize("turned", [False, True], ids=["in the order of the keys", "in another"])
    def test_a_cancellation_of_several_and_a_settling_delivery_both_come_through(self, turned: bool) -> None:
        low, high = self.two()
        rows = (high, low) if turned else (low, high)
        with ThreadPoolExecutor(1) as pool:
            taken = Event()
            started: list[Future[None]] = []
            Scripted.during.append(
                lambda: started.append(pool.submit(self.cancel_in_turn, rows, taken)) or taken.wait(10)
            )
            deliver()
            try:
                started[0].result()
            except OperationalError:
                # PostgreSQL may break a deadlock at either's cost; the client repeats itself.
                assert turned
                assert {status_of(row) for row in rows} == {"sent"}
            else:
                assert {status_of(row) for row in rows} == {"cancelled"}


def test_a_row_that_comes_after_the_clinics_were_looked_for_finds_its_own(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(make.pat, TOKEN)
    take, conversation = delivery.claim_due, thread(make)

    def take_late(*, limit: int) -> locks.Claim:
        if not FollowUpRequest.objects.exists():
            promised(conversation_id=conversation.pk, user_id=str(make.pat.pk))
        return take(limit=limit)

    monkeypatch.setattr(delivery, "claim_due", take_late)
    deliver()
    row = FollowUpRequest.objects.get()
    assert (row.status, row.tenant, row.unverified) == ("sent", make.clinic, False)
    assert (said_in(conversation), [outgoing.token for outgoing in Scripted.sent]) == (["How is Sam?"], [TOKEN])


class TestScheduling:
    def columns(self, make: Make) -> dict[str, Any]:
        at = thread(make).created_at
        return {"conversation_id": thread(make).pk, "user_id": "7", "scheduled_for": at, "display_text": "How is Sam?"}

    def test_the_same_promise_at_once_is_one(self, make: Make) -> None:
        columns = self.columns(make)
        made = together([lambda: schedule(tenant_id=make.clinic.pk, columns=columns)] * 8)
        assert len({row.pk for row, _ in made}) == sum(created for _, created in made) == 1

    def test_without_the_lock_it_would_be_several(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        columns, all_there = self.columns(make), Barrier(3)
        look = scheduling.same_promise

        def look_together(**given: Any) -> FollowUpRequest | None:
            found = look(**given)
            all_there.wait(timeout=10)
            return found

        monkeypatch.setattr(scheduling, "serialise", lambda *words: None)
        monkeypatch.setattr(scheduling, "same_promise", look_together)
        together([lambda: schedule(tenant_id=make.clinic.pk, columns=columns)] * 3)
        assert FollowUpRequest.objects.count() == 3


def test_a_change_that_comes_while_it_is_sent_takes_it_out_of_the_deliverys_hands(make: Make) -> None:
    row = for_pat(make, device_token=TOKEN)
    Scripted.during.append(lambda: change(follow_up_id=row.pk, columns={"display_text": "Better words"}))
    deliver()
    deliver()
    assert said_in(thread(make)) == ["Better words"]
    assert FollowUpMessage.objects.count() == 1
