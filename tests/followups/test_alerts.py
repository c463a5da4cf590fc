"""People are told once that promises are not kept, whoever notices, and again the next time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from accounts.models import Tenant, User
from followups.actions.watch import watch
from followups.alarms import sweep_has_stopped, too_few_succeed
from followups.measures import Tries
from followups.models import FollowUpAttempt
from followups.states import Outcome
from notifications.models import Notification
from okta import sweeps
from okta.models import Alert, SweepRun
from tests.followups.tries import ago, many, swept
from tests.make import Make
from tests.together import together

pytestmark = pytest.mark.django_db

EVERY = timedelta(seconds=60)
ACCEPTED, REFUSED = Outcome.ACCEPTED, Outcome.REFUSED


@pytest.fixture(autouse=True)
def an_old_process(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has lived for longer than three intervals of a minute."""
    settings.SWEEPS = {**settings.SWEEPS, "followups.sweep": EVERY}
    monkeypatch.setattr(sweeps, "STARTED", sweeps.STARTED - 3600)


@pytest.fixture
def olga(make: Make) -> User:
    return User.objects.create_superuser("olga@example.org", first_name="Olga", language="ru")


def open_kinds() -> list[str]:
    return list(Alert.objects.filter(closed_at=None).order_by("kind").values_list("kind", flat=True))


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("body", flat=True))


def hour_passes() -> None:
    FollowUpAttempt.objects.update(at=F("at") - timedelta(hours=1))


@pytest.mark.parametrize(
    ("number", "succeeded", "must_be_open"),
    [
        (20, 18, True),
        (20, 19, None),
        (100, 94, True),
        (100, 95, None),
        (100, 96, None),
        (100, 97, False),
        (19, 0, None),
        (10, 0, None),
        (9, 0, False),
        (0, 0, False),
    ],
)
def test_a_rate_alarms_under_95_and_is_well_again_from_97(
    number: int, succeeded: int, must_be_open: bool | None
) -> None:
    assert too_few_succeed(Tries(number, succeeded)) is must_be_open


@pytest.mark.parametrize(
    ("age", "must_be_open"), [(None, True), (181, True), (180, False), (1, False)], ids=["never", "181", "180", "1"]
)
def test_a_sweep_has_stopped_after_three_intervals(age: int | None, must_be_open: bool) -> None:
    assert sweep_has_stopped(None if age is None else timedelta(seconds=age)) is must_be_open


@pytest.mark.parametrize("age", [None, timedelta(days=3)])
def test_a_young_process_neither_alarms_nor_ends_an_alarm(
    age: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "STARTED", sweeps.STARTED + 7200)
    assert sweep_has_stopped(age) is None
    assert sweep_has_stopped(timedelta(seconds=5)) is False


def test_where_all_is_well_nobody_is_told(make: Make) -> None:
    make.ada  # noqa: B018  she would be told
    swept(seconds=30)
    many(ACCEPTED, 30)
    watch()
    assert (Alert.objects.count(), Notification.objects.count()) == (0, 0)


def test_too_few_successes_are_told_to_everybody_in_charge_once(make: Make, olga: User) -> None:
    ada = make.ada
    beth = make.user("ADMIN", "Beth", tenant=make.other_clinic, is_staff=True)  # type: ignore[arg-type]
    closed = make.tenant("Closed Physio", is_active=False)
    gone = make.user("ADMIN", "Gone", tenant=closed, is_staff=True)  # type: ignore[arg-type]
    away = make.user("ADMIN", "Away", is_active=False)  # type: ignore[arg-type]
    swept(seconds=30)
    many(ACCEPTED, 18)
    many(REFUSED, 2)
    for _ in range(3):
        watch()
    assert open_kinds() == ["followups.success"]
    assert Alert.objects.get().detail == "18 of 20"
    sentence = "In the last hour only 18 of 20 tries to deliver a follow-up succeeded."
    assert told(ada) == told(beth) == [sentence]
    assert told(olga) == ["За последний час из попыток доставить напоминание (20) удались только 18."]
    assert [told(person) for person in (gone, away, make.dana, make.pat)] == [[], [], [], []]


def test_what_is_told_names_no_clinic_and_leads_to_the_alerts(make: Make) -> None:
    ada = make.ada
    watch()
    row = Notification.objects.get(recipient=ada)
    assert row.type == "ADMIN_ALERT"
    assert row.data == {"type": "ADMIN_ALERT", "alert": "followups.stopped"}
    assert row.title == "Follow-ups are not being sent"


def test_a_rate_between_the_two_leaves_an_alert_as_it_is(make: Make) -> None:
    ada = make.ada
    swept(seconds=30)
    many(ACCEPTED, 90)
    many(REFUSED, 10)
    watch()
    many(ACCEPTED, 120)  # 210 of 220: 95.5 %
    watch()
    assert open_kinds() == ["followups.success"]
    many(ACCEPTED, 200)  # 410 of 420: 97.6 %
    watch()
    assert open_kinds() == []
    assert len(told(ada)) == 1


def test_an_alert_ends_when_hardly_anything_is_tried_and_the_next_episode_is_told_again(make: Make) -> None:
    ada = make.ada
    swept(seconds=30)
    many(REFUSED, 20)
    watch()
    hour_passes()
    watch()
    assert open_kinds() == []
    many(REFUSED, 20)
    watch()
    assert open_kinds() == ["followups.success"]
    assert (Alert.objects.count(), len(told(ada))) == (2, 2)


@pytest.mark.parametrize(
    ("sweep", "sentence"),
    [
        (lambda: swept(minutes=7, seconds=30), "Nothing has looked for follow-ups that are due for 8 minutes."),
        (lambda: None, "Nothing has looked for follow-ups that are due since the system was started."),
    ],
    ids=["late", "never"],
)
def test_a_sweep_that_has_stopped_is_told_until_one_is_well_again(
    make: Make, sweep: Callable[[], None], sentence: str
) -> None:
    ada = make.ada
    sweep()
    watch()
    watch()
    assert (open_kinds(), told(ada)) == (["followups.stopped"], [sentence])
    SweepRun.objects.create(kind="followups.sweep", started_at=ago(seconds=2), finished_at=ago(seconds=1), ok=False)
    watch()
    assert open_kinds() == ["followups.stopped"]
    swept(seconds=1)
    watch()
    assert open_kinds() == []


def test_without_anybody_to_tell_the_alert_stands_for_the_operators_page(make: Make) -> None:
    assert not Tenant.objects.exists()
    watch()
    assert open_kinds() == ["followups.stopped"]


@pytest.mark.django_db(transaction=True)
def test_eight_processes_at_the_same_moment_tell_people_once(make: Make) -> None:
    ada = make.ada
    many(REFUSED, 20)
    together([partial(watch)] * 8)
    assert open_kinds() == ["followups.stopped", "followups.success"]
    assert len(told(ada)) == 2


def test_all_is_judged_by_one_reading(make: Make, django_assert_num_queries: Any) -> None:
    swept(seconds=30)
    with django_assert_num_queries(3):  # The reading, and closing what may be open of each kind.
        watch()
