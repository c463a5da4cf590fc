"""The status page: how everybody's processes run, and that it stands when other things fall."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from console.status import words
from followups.states import Outcome
from okta import sweeps
from okta.models import SweepRun
from tests.admin.conftest import Browse
from tests.console.status import NOW, PAGE, fail_one_of_each, in_two_clinics, run, told, values
from tests.console.steps import pick
from tests.followups.tries import ago, tried
from tests.live import an_empty_broker, send_task
from tests.make import Make


@pytest.fixture(autouse=True)
def empty_broker() -> Iterator[None]:
    with an_empty_broker():
        yield


# --- An empty system ---


def test_where_nothing_has_happened_it_says_so(make: Make, browse: Browse) -> None:
    figures = told(browse(make.ada))

    assert values(figures.processes) == {
        "Last heartbeat": ("never", ""),
        "Broker": ("It answers.", ""),
        "Queue of wake-ups": ("0 messages", ""),
        "Queue of sweeps": ("0 messages", ""),
        "Queue of everything else": ("0 messages", ""),
    }
    assert set(values(figures.sweeps).values()) == {("It has not run yet.", "")}
    assert values(figures.waiting) == dict.fromkeys(
        ["Follow-ups", "Therapists' notes", "Patients' feedback", "App visits", "Pushes"], ("nothing is due", "")
    )
    assert [(chart.said, chart.most) for chart in figures.charts] == [("nothing tried", "")] * 2
    assert (figures.failures, figures.unsettled, figures.attention) == ([], [], 0)
    assert "Nothing here needs attention." in browse(make.ada).get(PAGE).content.decode()


def grown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have lived for long enough to call a sweep late."""
    monkeypatch.setattr(sweeps, "STARTED", sweeps.STARTED - 100_000)


# --- Sweeps, beat, queues ---


def test_every_sweep_tells_when_it_ran_how_it_ended_and_what_it_found(
    make: Make, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown_up(monkeypatch)
    for kind in configured.SWEEPS:
        run(kind, at=ago(seconds=20), ok=True)
    SweepRun.objects.filter(kind="entrances.sweep").update(rows=1)
    SweepRun.objects.filter(kind__in=["feedback.sweep", "followups.sweep", "notifications.sweep"]).delete()
    run("feedback.sweep", at=ago(seconds=30), ok=True, rows=3, lag=timedelta(seconds=8))
    run("followups.sweep", at=ago(minutes=4), ok=True, rows=1)
    run("followups.sweep", at=ago(seconds=40), ok=False, failed="OperationalError")

    lines = values(told(browse(make.ada)).sweeps)

    assert lines["Feedback to send"] == ("30 s ago · well · 3 rows found · the oldest was 8 s late", "")
    assert lines["Follow-ups to send"] == ("40 s ago · went wrong · went well 4 min ago", "late")
    assert lines["App visits to settle"] == ("20 s ago · well · 1 row found · nothing was late", "")
    assert lines["Pushes to send"] == ("It has not run yet.", "late")
    assert lines["Heartbeat"] == ("20 s ago · well · nothing to do", "")
    assert len(lines) == len(configured.SWEEPS)


def test_what_a_sweep_raised_is_told_to_operators_alone(make: Make, browse: Browse, operator: User) -> None:
    run("followups.sweep", at=ago(seconds=40), ok=False, failed="OperationalError")

    said = {
        who: values(told(browse(person)).sweeps)["Follow-ups to send"][0]
        for who, person in (("ada", make.ada), ("operator", operator))
    }

    assert said == {
        "ada": "40 s ago · went wrong · has never gone well",
        "operator": "40 s ago · failed: OperationalError · has never gone well",
    }


def test_a_heart_that_has_stopped_is_late(make: Make, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    run("okta.heartbeat", at=ago(minutes=4), ok=True)
    before = values(told(browse(make.ada)).processes)["Last heartbeat"]
    grown_up(monkeypatch)

    assert before == ("4 min ago", "")
    assert values(told(browse(make.ada)).processes)["Last heartbeat"] == ("4 min ago", "late")


def test_every_sweep_and_every_queue_has_a_name() -> None:
    assert set(words.SWEEPS) == set(configured.SWEEPS)
    assert set(words.QUEUES) == {queue.name for queue in configured.CELERY_TASK_QUEUES}


def test_messages_that_wait_are_counted_by_queue(make: Make, browse: Browse) -> None:
    for _ in range(2):
        send_task("feedback.deliver_notes", delivery_id=1)

    lines = values(told(browse(make.ada)).processes)

    assert lines["Queue of wake-ups"] == ("2 messages", "")
    assert lines["Queue of sweeps"] == ("0 messages", "")


@pytest.mark.parametrize("listening", [True, False], ids=["hangs", "refuses"])
def test_the_page_stands_while_the_broker_is_down(listening: bool, make: Make, browse: Browse, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not listening:
            server.close()
        settings.CELERY_BROKER_URL = f"redis://:a-secret@127.0.0.1:{port}/0"

        figures = told(browse(make.ada))
        html = browse(make.ada).get(PAGE).content.decode()

    down = "It does not answer. Nothing is lost: sweeps do the work once it does."
    assert values(figures.processes) == {"Last heartbeat": ("never", ""), "Broker": (down, "needs attention")}
    assert "1 figure needs attention." in html
    assert "a-secret" not in html
    assert str(port) not in html


# --- Who, how, at what price ---


def test_the_page_asks_for_its_figures_again_without_that_being_activity(make: Make, browse: Browse) -> None:
    client = browse(make.ada)
    before = client.session["seen_at"] - 600
    session = client.session
    session["seen_at"] = before
    session.save()

    part = client.get(NOW, headers={"HX-Request": "true"}).content.decode()

    assert client.session["seen_at"] == before
    assert "<html" not in part
    assert part.strip() in client.get(PAGE).content.decode()
    assert client.session["seen_at"] > before


def test_the_part_is_asked_for_with_the_clinic_of_the_page(make: Make, browse: Browse, operator: User) -> None:
    client = pick(browse(operator), make.clinic)

    assert f'hx-get="{NOW}" hx-trigger="every 15s"' in client.get(PAGE).content.decode()
    assert (
        f'hx-get="{NOW}?clinic=picked" hx-trigger="every 15s"' in client.get(f"{PAGE}?clinic=picked").content.decode()
    )


def test_it_is_in_the_readers_language(make: Make, browse: Browse) -> None:
    in_two_clinics(make)
    run("followups.sweep", at=ago(minutes=4), ok=True, rows=2)
    client = browse(make.ada)

    figures = told(client, **{"Accept-Language": "ru"})
    html = client.get(PAGE, headers={"Accept-Language": "ru"}).content.decode()

    assert (
        values(figures.sweeps)["Отправка напоминаний"][0]
        == "4 мин назад · успешно · найдены 2 записи · опозданий не было"
    )
    assert values(figures.waiting)["Сообщения-напоминания"][0] == "к отправке: 1, самое давнее ждёт 4 мин"
    assert "Требуют внимания 2 показателя." in html
    for english in ("Sweeps", "Waiting", "needs attention", "Hour by hour", "Nothing has failed"):
        assert english not in html


def test_the_first_page_of_the_admin_leads_to_it(make: Make, browse: Browse) -> None:
    assert f'<a href="{PAGE}" class="okta-link">' in browse(make.ada).get("/admin/").content.decode()


def test_it_costs_the_same_however_much_there_is(make: Make, browse: Browse, operator: User) -> None:
    in_two_clinics(make)
    asked = [(browse(make.ada), PAGE), (browse(make.ada), NOW), (browse(operator), PAGE)]

    def cost() -> list[int]:
        counts = []
        for client, address in asked:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        return counts

    few = cost()
    for hours in range(20):
        fail_one_of_each(make, make.pat, make.dana, "More", hours)
        tried(Outcome.ACCEPTED, tenant=make.clinic, at=ago(hours=hours))
        run("feedback.sweep", at=ago(minutes=hours), ok=True)

    assert cost() == few
    # Session, person and clinic; sweeps, follow-ups, what is due, two charts, failures, what was given up.
    assert few == [10, 10, 10]


def test_doctors_are_not_let_in(make: Make, browse: Browse, dana: User) -> None:
    assert [browse(dana).get(address).status_code for address in (PAGE, NOW)] == [403, 403]
