"""Beat is away: whoever is left notices, tells people once, and notices when it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.models import Notification
from okta.devstack.fake_provider import FakeProvider
from okta.models import Alert
from tests.followups.tries import swept
from tests.live import Broker, Live, eventually, sweeps_later
from tests.make import Make

pytestmark = pytest.mark.django_db(transaction=True)

OFTEN = {"FOLLOWUP_SWEEP_EVERY": "1", "OKTA_WATCH_EVERY": "1"}


@pytest.fixture
def live(transactional_db: None, broker: Broker, fake_provider: FakeProvider, tmp_path: Path) -> Iterator[Live]:
    processes = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url, **OFTEN)
    yield processes
    processes.stop()


def alerts() -> list[bool]:
    """For each alert so far, oldest first, whether it is open."""
    return [alert.closed_at is None for alert in Alert.objects.filter(kind="followups.stopped").order_by("pk")]


def told(make: Make) -> list[str]:
    return list(Notification.objects.filter(recipient=make.ada).values_list("title", flat=True))


@pytest.mark.parametrize("left", ["worker", "web"])
def test_whoever_is_left_alone_raises_the_alert_once_and_sees_it_end(live: Live, make: Make, left: str) -> None:
    make.ada  # noqa: B018  she is to be told
    if left == "worker":
        live.worker()
    else:
        live.web()
    eventually(lambda: alerts() == [True], seconds=30)
    assert told(make) == ["Follow-ups are not being sent"]

    swept(seconds=0)
    eventually(lambda: alerts()[0] is False)


def test_beat_dies_under_a_running_stack_and_comes_back(live: Live, make: Make) -> None:
    make.ada  # noqa: B018
    beat = live.beat()
    live.worker()
    live.web()
    sweeps_later("followups.sweep", 2)
    eventually(lambda: True not in alerts(), seconds=30)
    live.kill(beat)
    eventually(lambda: alerts()[-1:] == [True], seconds=30)
    live.beat()
    eventually(lambda: True not in alerts(), seconds=30)
    # Two processes have seen each episode, and one has told of it.
    assert told(make) == ["Follow-ups are not being sent"] * len(alerts())
