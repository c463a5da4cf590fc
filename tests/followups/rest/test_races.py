"""Changes that meet others at the same rows."""

from typing import Any
from uuid import UUID

import pytest

from followups.models import FollowUpMessage, FollowUpRequest
from tests.followups.rest.conftest import LOWER, Rest, rest_of
from tests.followups.rest.test_contract import MESSAGE, SCHEDULE
from tests.make import Make
from tests.races.blocking import holding, until_waiting
from tests.races.interrupt import interrupted_before

pytestmark = pytest.mark.django_db(transaction=True)

CANCEL = (f"follow_up_requests?conversation_id=eq.{LOWER}&status=eq.scheduled", {"status": "cancelled"})


def scheduled(make: Make, number: int, **columns: Any) -> UUID:
    """A follow-up whose id is ``number``."""
    return FollowUpRequest.objects.create(
        pk=UUID(int=number),
        tenant=make.clinic,
        conversation_id=LOWER,
        user_id="7c0f",
        scheduled_for=f"2125-11-09T17:30:{10 - number:02}Z",
        display_text="x",
        **columns,
    ).pk


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def rest(make: Make) -> Rest:
    return rest_of(make.clinic)


def test_a_cancellation_that_comes_after_the_delivery_has_settled_changes_nothing(make: Make, rest: Rest) -> None:
    follow_up = FollowUpRequest.objects.filter(pk=scheduled(make, 1))
    with holding(follow_up) as background:
        answer = background.start(lambda: rest.patch(*CANCEL))
        until_waiting(1)
        follow_up.update(status="sent")
    assert answer.result().status_code == 204
    assert follow_up.get().status == "sent"


def test_rows_are_locked_in_the_order_of_their_keys(make: Make, rest: Rest) -> None:
    # Neither the oldest nor the newest is the first by its key.
    later = [scheduled(make, 2), scheduled(make, 3)]
    first = scheduled(make, 1)
    later.append(scheduled(make, 4))
    with holding(FollowUpRequest.objects.filter(pk=first)) as background:
        answer = background.start(lambda: rest.patch(*CANCEL))
        until_waiting(1)
        # Whoever waits for the first row holds none behind it.
        assert len(FollowUpRequest.objects.select_for_update(nowait=True).filter(pk__in=later)) == 3
    assert answer.result().status_code == 204
    assert set(FollowUpRequest.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("moment", "table", "model", "body"),
    [
        ("followups.actions.say._written", "follow_up_messages", FollowUpMessage, MESSAGE),
        ("followups.actions.schedule.wake_delivery", "follow_up_requests", FollowUpRequest, SCHEDULE),
    ],
)
def test_a_repetition_waits_for_the_first(rest: Rest, moment: str, table: str, model: Any, body: bytes) -> None:
    with interrupted_before(moment, lambda: rest.send("POST", table, body)) as repeated:
        first = rest.send("POST", table, body)
    assert [answer.status_code for answer in (first, repeated.result())] == [201, 201]
    assert first.json() == repeated.result().json()
    assert model.objects.count() == 1
