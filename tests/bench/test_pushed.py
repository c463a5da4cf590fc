"""What is pushed while it is measured is pushed by the real transport, to a service in another process."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from bench import due, pushing
from bench.measures import pushed
from bench.measures.delivery import sweep
from bench.pushing import PushService, push_service
from bench.run import Run
from followups.models import FollowUpAttempt, FollowUpMessage, FollowUpRequest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> Run:
    return Run.of(7)


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with push_service(latency=0.0) as service:
        settings.EXPO_PUSH_URL = service.url
        yield service


@pytest.mark.parametrize(
    ("way", "requests", "attempts"),
    [(partial(sweep, 130), 2, 130), (pushing.back_to_back, 2, 130), (pushing.in_a_loop, 130, 0)],
    ids=["sweep", "back to back", "loop"],
)
def test_every_way_says_and_pushes_each_follow_up_once(
    service: PushService, run: Run, way: Callable[[], object], requests: int, attempts: int
) -> None:
    assert pushed.rate(way, 130, run, service) > 0
    assert FollowUpRequest.objects.filter(status="sent").count() == 130
    assert FollowUpMessage.objects.values("follow_up_id").distinct().count() == 130
    assert FollowUpAttempt.objects.count() == attempts
    assert len(pushing.client().get(f"{service.url}/attempts").json()) == requests


def test_one_task_a_row_pushes_and_says_its_row(service: PushService, run: Run) -> None:
    due.add_due(2, run=run, phones=True)
    first, second = due.ids()
    pushing.push_one(follow_up_id=str(first))
    service.check_pushed(1)
    assert due.ids() == [second]
    assert FollowUpMessage.objects.get().follow_up_id == first


def test_a_timing_in_which_something_was_pushed_twice_is_refused(service: PushService, run: Run) -> None:
    def twice() -> None:
        pushing.push([pushing.due_now()[0]])
        sweep(3)

    with pytest.raises(AssertionError, match="3 were to be pushed; 3 were, in 4 pushes"):
        pushed.rate(twice, 3, run, service)


def test_the_sweep_is_measured_beside_the_services_own_pace(run: Run) -> None:
    figures = pushed.measure(run, pushed.Plan(sizes=(20,), tasks=0, loop=2, rounds=5))
    assert [(figure.name, figure.unit) for figure in figures] == [
        ("20 due: the sweep", "× requests back to back"),
        ("20 due: the sweep", "× a bare loop, of 2"),
    ]
    assert {len(figure.samples) for figure in figures} == {5}
    assert set(figures[0].beside) == {"sweep, rows/s", "requests back to back, rows/s", "a bare loop, rows/s"}
