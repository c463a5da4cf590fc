"""The figures of the status page: what waits, succeeds and fails, of a clinic and of all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from console.status.charts import HEIGHT, bars, chart
from console.status.queries import FAILURES_SHOWN
from feedback.models import NoteDelivery
from followups.measures import Tries
from followups.states import Outcome, Status
from notifications.models import Push
from tests.admin.conftest import Browse
from tests.console.status import NOW, PAGE, fail_one_of_each, in_two_clinics, told, values
from tests.console.steps import pick
from tests.followups.tries import ago, many, promised, tried
from tests.make import NOON, Make
from tests.notifications.test_measures import settled


@pytest.fixture
def two_clinics(make: Make) -> None:
    in_two_clinics(make)


# --- What waits ---


def test_an_administrator_sees_what_is_due_in_the_own_clinic(two_clinics: None, make: Make, browse: Browse) -> None:
    kinds = ["Follow-ups", "Therapists' notes", "Patients' feedback", "App visits", "Pushes"]

    lines = values(told(browse(make.ada)).waiting)

    assert lines == {
        **dict.fromkeys(kinds, ("1 due, the oldest for 4 min", "")),
        # Sweeps of feedback come every minute, and three have missed these.
        "Therapists' notes": ("1 due, the oldest for 4 min", "needs attention"),
        "Patients' feedback": ("1 due, the oldest for 4 min", "needs attention"),
    }


def test_an_operator_sees_that_of_all_clinics_or_of_the_one_they_picked(
    two_clinics: None, make: Make, browse: Browse, operator: User
) -> None:
    client = pick(browse(operator), make.clinic)

    everybody, picked = (values(told(client, address).waiting) for address in (PAGE, f"{PAGE}?clinic=picked"))

    assert set(everybody.values()) == {("3 due, the oldest for 50 min", "needs attention")}
    assert picked == values(told(browse(make.ada)).waiting)


def test_an_operator_who_has_picked_no_clinic_sees_all(two_clinics: None, browse: Browse, operator: User) -> None:
    client = browse(operator)

    figures = told(client, f"{PAGE}?clinic=picked")

    assert values(figures.waiting)["Pushes"] == ("3 due, the oldest for 50 min", "needs attention")
    assert "Choose a clinic" in client.get(PAGE).content.decode()


def test_an_administrator_cannot_ask_for_another_clinic(two_clinics: None, make: Make, browse: Browse) -> None:
    client = pick(browse(make.ada), make.other_clinic)

    asked = [told(client, f"{address}?clinic={of}") for address in (PAGE, NOW) for of in ("", "picked", "2")]

    assert {values(figures.waiting)["Pushes"][0] for figures in asked} == {"1 due, the oldest for 4 min"}


# --- What succeeded ---


def test_a_chart_shows_each_hour_and_says_the_day(make: Make, browse: Browse) -> None:
    many(Outcome.ACCEPTED, 3, tenant=make.clinic)
    many(Outcome.REFUSED, 1, tenant=make.clinic)
    tried(Outcome.ACCEPTED, tenant=make.clinic, at=ago(hours=2, minutes=1))
    many(Outcome.REFUSED, 9, tenant=make.other_clinic)
    for status in ("SENT", "DELIVERED", "FAILED"):
        settled(make.pat, status, minutes=1)
    settled(make.stella, "FAILED", minutes=1)

    follow_ups, pushes = told(browse(make.ada)).charts

    assert (follow_ups.said, follow_ups.most) == ("4 of 5 tries (80 %)", "most in an hour: 4")
    assert [(hour.period, hour.tries, hour.succeeded) for hour in follow_ups.hours[:4]] == [
        ("7:00 – 8:00", 4, 3), ("6:00 – 7:00", 0, 0), ("5:00 – 6:00", 1, 1), ("4:00 – 5:00", 0, 0),
    ]  # fmt: skip
    assert sum(hour.tries for hour in follow_ups.hours) == 5
    assert len(follow_ups.hours) == len(follow_ups.bars) == 24
    assert pushes.said == "2 of 3 tries (66.6 %)"


def test_the_chart_and_the_first_page_say_the_same(make: Make, browse: Browse) -> None:
    many(Outcome.ACCEPTED, 18, tenant=make.clinic)
    many(Outcome.REFUSED, 2, tenant=make.clinic, at=ago(minutes=59))
    client = browse(make.ada)

    [block] = client.get("/admin/").context["blocks"]
    chart = told(client).charts[0]

    line = next(line for line in block.lines if line.label == "delivered in the last hour")
    assert (chart.said, chart.trouble) == (line.value, line.trouble) == ("18 of 20 tries (90 %)", "needs attention")


def test_bars_stand_on_one_another_and_the_smallest_can_be_seen() -> None:
    drawn = bars([Tries(200, 199), Tries(0, 0), Tries(1, 1), Tries(100, 0)])

    assert [(bar.x, bar.succeeded, bar.succeeded_y, bar.failed, bar.failed_y) for bar in drawn] == [
        (1, 98, 2, 2, 0), (11, 0, 100, 0, 100), (21, 2, 98, 0, 98), (31, 0, 100, 50, 50),
    ]  # fmt: skip
    assert all(bar.failed_y >= 0 and bar.failed + bar.succeeded <= HEIGHT for bar in drawn)
    assert {(bar.succeeded, bar.failed) for bar in bars([Tries(0, 0)] * 24)} == {(0, 0)}


@pytest.mark.parametrize(
    ("now", "periods"),
    [
        (datetime(2026, 3, 29, 2, 30, tzinfo=UTC), ["3:30 – 4:30", "1:30 – 3:30", "0:30 – 1:30", "23:30 – 0:30"]),
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), ["3:00 – 4:00", "1:00 – 3:00", "0:00 – 1:00", "23:00 – 0:00"]),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), ["2:30 – 3:30", "2:30 – 2:30", "1:30 – 2:30", "0:30 – 1:30"]),
        (datetime(2026, 10, 25, 3, 0, tzinfo=UTC), ["3:00 – 4:00", "2:00 – 3:00", "2:00 – 2:00", "1:00 – 2:00"]),
    ],
)
def test_an_hour_is_called_as_the_clocks_of_the_reader_showed_it_when_they_are_changed(
    now: datetime, periods: list[str]
) -> None:
    day = chart("pushes", "Pushes", [Tries(0, 0)] * 24, trouble="", now=now.astimezone(ZoneInfo("Europe/Berlin")))

    assert [hour.period for hour in day.hours[:4]] == periods


def test_a_chart_can_be_read_without_being_seen(make: Make, browse: Browse) -> None:
    tried(Outcome.ACCEPTED, tenant=make.clinic)

    html = browse(make.ada).get(PAGE).content.decode()

    title = "Follow-ups: 1 of 1 tries (100 %). most in an hour: 1"
    assert f'<title id="okta-follow-ups-title">{title}</title>' in html
    assert 'role="img" aria-labelledby="okta-follow-ups-title"' in html
    assert '<tr><th scope="row">7:00 – 8:00</th><td>1</td><td>1</td></tr>' in html
    assert '<rect class="okta-chart-succeeded" x="231" y="0" width="8" height="100"/>' in html


# --- What failed ---


def test_the_last_failures_tell_why_and_lead_to_where_they_are_settled(make: Make, browse: Browse) -> None:
    rows = fail_one_of_each(make, make.pat, make.dana, "Own", hours=1)
    otto = make.patient("Otto", doctors=[make.stella], tenant=make.other_clinic)
    fail_one_of_each(make, otto, make.stella, "Foreign", hours=0)
    client = browse(make.ada)

    figures = told(client)
    html = client.get(PAGE).content.decode()

    shown = [(one.what, one.reason, one.link.split("/")[3], one.clinic) for one in figures.failures]
    assert shown == [
        ("Follow-up", "the service said: Own follow-up", "followuprequest", ""),
        ("Therapist's notes", "an error on the way: OwnNotes at feedback.x:1", "notedelivery", ""),
        ("Patient's feedback", "an error on the way: OwnSummary at feedback.x:1", "feedbacksummary", ""),
        ("Push", "the service said: Own push", "push", ""),
    ]  # fmt: skip
    for failure in figures.failures:
        assert failure.link.split("/")[4] == str(rows[failure.link.split("/")[3]].pk)
        assert f'href="{failure.link}"' in html
        assert client.get(failure.link).status_code == 200
    assert "Foreign" not in html


def test_why_it_failed_is_told_in_words_where_there_are_some(make: Make, browse: Browse) -> None:
    promised(Status.FAILED, tenant=make.clinic, failed_at=ago(hours=1), last_error="DeviceNotRegistered")
    for hours, reason in enumerate(("UNREGISTERED", "the device belongs to somebody else now"), start=2):
        push = settled(make.pat, "FAILED", hours=hours)
        Push.objects.filter(pk=push.pk).update(last_error=reason)
    client = browse(make.ada)

    english, russian = (
        [failure.reason for failure in told(client, **{"Accept-Language": language}).failures]
        for language in ("en", "ru")
    )

    gone = "the device takes no notifications from the app any more"
    assert english == [gone, gone, "the device belongs to somebody else now"]
    in_russian = "устройство больше не принимает уведомления приложения"
    assert russian == [in_russian, in_russian, "устройство теперь принадлежит другому человеку"]


def test_an_operator_is_told_whose_they_are(make: Make, browse: Browse, operator: User) -> None:
    promised(Status.FAILED, tenant=make.other_clinic, failed_at=ago(hours=1))
    promised(Status.FAILED, tenant=None, failed_at=ago(hours=2))

    shown = told(browse(operator)).failures

    assert [(failure.clinic, failure.reason) for failure in shown] == [
        (make.other_clinic.name, "nobody knows why"), ("no clinic yet", "nobody knows why"),
    ]  # fmt: skip


def test_twenty_of_them_are_shown_the_newest_first(make: Make, browse: Browse) -> None:
    for hours in range(15):
        promised(Status.FAILED, tenant=make.clinic, failed_at=ago(hours=2 * hours), last_error=f"{2 * hours} h")
        push = settled(make.pat, "FAILED", hours=2 * hours + 1)
        Push.objects.filter(pk=push.pk).update(last_error=f"{2 * hours + 1} h")

    figures = told(browse(make.ada))

    assert [failure.reason for failure in figures.failures] == [
        f"the service said: {hours} h" for hours in range(FAILURES_SHOWN)
    ]
    assert [(kind.value, kind.trouble) for kind in figures.unsettled] == [
        ("15 failed follow-ups wait for somebody", "needs attention")
    ]


def test_what_has_been_settled_is_not_a_failure_any_more(make: Make, browse: Browse) -> None:
    workout = make.workout(completed_at=NOON)
    make.summary(workout, due_at=None, dead_at=ago(hours=1), settled_at=NOON)
    NoteDelivery.objects.create(workout=workout, doctor=make.dana, due_at=None, dead_at=ago(hours=1))
    promised(Status.SENT, tenant=make.clinic, failed_at=ago(hours=1))

    figures = told(browse(make.ada))

    assert (figures.failures, figures.unsettled, figures.attention) == ([], [], 0)
