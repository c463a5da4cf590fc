"""What Prometheus reads: true figures, in its own format, for nobody but who may read them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from feedback.models import NoteDelivery
from followups.states import Outcome, Status
from notifications.models import Device, Notification, Push
from okta import wakeups
from okta.models import SweepRun
from tests.followups.tries import ago, many, promised, swept, tried
from tests.make import NOON, Make

Labels = Mapping[str, str]
TOKEN = "a token of forty random characters 01234"


def scrape(**headers: Any) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of one reading, parsed as Prometheus parses it."""
    answer = Client().get("/metrics", **headers)
    assert answer.status_code == 200, answer.content[:300]
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(name: str, **labels: str) -> float | None:
    return scrape().get((name, frozenset(labels.items())))


@pytest.mark.django_db
def test_the_figures_of_the_follow_ups_are_those_of_the_rows() -> None:
    promised(scheduled_for=ago(minutes=3))
    promised(Status.FAILED)
    tried(Outcome.REFUSED, Outcome.ACCEPTED)
    tried(Outcome.REFUSED, at=ago(hours=2))
    read = scrape()

    def of(name: str, **labels: str) -> float | None:
        return read.get((f"okta_followups_{name}", frozenset(labels.items())))

    assert (of("due"), of("failed")) == (1, 1)
    assert of("oldest_due_seconds") == pytest.approx(180, abs=10)
    assert (of("success_ratio", window="1h"), of("success_ratio", window="24h")) == (1, 0.5)
    assert of("attempts", window="1h", outcome="REFUSED") == 1
    assert of("attempts", window="24h", outcome="REFUSED") == 2
    assert of("attempts", window="24h", outcome="LOST") == 0


@pytest.mark.django_db
def test_a_rate_of_nothing_is_absent() -> None:
    assert value("okta_followups_success_ratio", window="1h") is None


@pytest.mark.django_db
def test_every_sweep_has_an_age_and_a_lag() -> None:
    swept("feedback.sweep", minutes=2)
    read = scrape()

    def of(name: str, kind: str) -> float | None:
        return read.get((f"okta_sweep_{name}", frozenset({("kind", kind)})))

    assert of("last_success_age_seconds", "feedback.sweep") == pytest.approx(120, abs=10)
    assert of("lag_seconds", "feedback.sweep") == 3
    assert of("last_success_age_seconds", "entrances.sweep") == float("inf")
    assert of("lag_seconds", "entrances.sweep") == 0


@pytest.mark.django_db
def test_pushes_and_feedback_that_wait_are_counted(make: Make) -> None:
    told = Notification.objects.create(recipient=make.dana, type="PATIENT_FEEDBACK", key="k", title="t", body="b")
    device = Device.objects.create(user=make.dana, platform="EXPO", token="ExponentPushToken[dana]")
    for late in (100, 30, -60):
        Push.objects.create(
            notification=told,
            device=device,
            platform="EXPO",
            title="t",
            body="b",
            collapse_id="c",
            next_attempt_at=ago(seconds=late),
        )
    NoteDelivery.objects.create(workout=make.workout(), doctor=make.dana, due_at=NOON, dead_at=NOON)
    assert value("okta_pushes_due") == 2
    assert value("okta_pushes_oldest_due_seconds") == pytest.approx(100, abs=10)
    assert value("okta_feedback_dead") == 1


@pytest.mark.django_db
def test_wake_ups_that_were_lost_are_counted_by_process() -> None:
    read = [labels for name, labels in scrape() if name == "okta_wakeups_lost_total"]
    [labels] = read
    before = value("okta_wakeups_lost_total", **dict(labels))
    wakeups.breaker.count_lost()
    assert value("okta_wakeups_lost_total", **dict(labels)) == before + 1  # type: ignore[operator]


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_view(make: Make) -> None:
    make.api(make.pat).get("/v2/streaks")
    labels = [dict(labels) for name, labels in scrape() if name.endswith("by_view_transport_method_total")]
    assert {"view": "own-streaks", "method": "GET", "transport": "http"} in labels


@pytest.mark.django_db
def test_nobodys_name_or_number_is_in_them(make: Make) -> None:
    promised(tenant=make.clinic, user_id=str(make.pat.pk), display_text="How is Sam?", child_name="Sam")
    make.api(make.pat).get(f"/v2/doctor/patients/{make.pat.pk}/streaks")
    text = Client().get("/metrics").content.decode()
    for word in ("Northside", "Sam", "Pat", "example.org", f"patients/{make.pat.pk}"):
        assert word not in text


@pytest.mark.django_db
def test_a_reading_costs_the_same_however_much_there_is() -> None:
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            scrape()
        costs.append(len(queries))
        many(Outcome.ACCEPTED, 30)
        SweepRun.objects.bulk_create(
            SweepRun(kind="feedback.sweep", started_at=NOON + timedelta(minutes=n), finished_at=NOON, ok=True)
            for n in range(60)
        )
        for _ in range(10):
            promised()
    assert costs[0] == costs[1] == 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("127.8.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.0.0.5", 401), ("", 401)],
)
def test_without_a_token_only_this_machine_may_read(address: str, status: int) -> None:
    answer = Client().get("/metrics", REMOTE_ADDR=address)
    assert answer.status_code == status


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "FORWARDED", "X_FORWARDED_PROTO"])
def test_without_a_token_a_proxy_of_this_machine_may_not(header: str) -> None:
    answer = Client().get("/metrics", **{f"HTTP_{header}": "127.0.0.1"})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json() == {"error": "Authentication credentials were not provided.", "code": "not_authenticated"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer ", 401),
        ("Bearer ключ", 401),
        (None, 401),
    ],
)
def test_with_a_token_nothing_else_opens_the_door(settings: Any, authorization: str | None, status: int) -> None:
    settings.METRICS_TOKEN = TOKEN
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    assert Client().get("/metrics", **headers).status_code == status
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.5", **headers).status_code == status


@pytest.mark.django_db
def test_a_database_that_is_down_is_said_in_a_sentence(settings: Any) -> None:
    settings.METRICS = ["tests.okta.test_metrics.from_a_database_that_is_down"]
    answer = Client().get("/metrics")
    assert answer.status_code == 503
    assert answer.json() == {"error": "The database cannot be reached.", "code": "unavailable"}


def from_a_database_that_is_down() -> Any:
    """Connect where no database listens."""
    wrong = connection.copy()
    wrong.settings_dict = {**connection.settings_dict, "PORT": "1"}
    wrong.ensure_connection()


@pytest.mark.django_db
def test_openmetrics_is_spoken_where_it_is_asked_for() -> None:
    answer = Client().get("/metrics", HTTP_ACCEPT="application/openmetrics-text; version=1.0.0")
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")
