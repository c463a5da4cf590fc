"""What has failed for good is a figure of the status page, kind by kind, and leads to where it is settled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from feedback.health import dead_deliveries
from feedback.models import NoteDelivery
from followups.states import Status
from notifications.models import Push
from tests.admin.conftest import Browse
from tests.console.status import PAGE, told
from tests.console.steps import pick
from tests.followups.tries import ago, promised
from tests.make import NOON, Make
from tests.notifications.test_measures import settled

DEAD = {"due_at": ago(minutes=-30), "dead_at": ago(days=9), "attempts": 30}


def notes_fail(make: Make, patient: User, doctor: User, **fields: Any) -> NoteDelivery:
    workout = make.workout(patient=patient, doctor=doctor, completed_at=NOON)
    return NoteDelivery.objects.create(workout=workout, doctor=doctor, **{**DEAD, **fields})


def push_given_up(patient: User, *, after: float, hours_ago: float) -> Push:
    """A push that was promised so many hours before it came to nothing."""
    push = settled(patient, "FAILED", hours=hours_ago)
    Push.objects.filter(pk=push.pk).update(created_at=F("settled_at") - timedelta(hours=after))
    return push


@pytest.fixture
def failing(make: Make) -> dict[str, Any]:
    """One of each kind in Ada's clinic, another one in the other, and much that waits for nobody."""
    otto = make.patient("Otto", doctors=[make.stella], tenant=make.other_clinic)
    rows: dict[str, Any] = {}
    # Ada's last, and so hers are the rows that are told.
    for patient, doctor in ((otto, make.stella), (make.pat, make.dana)):
        workout = make.workout(patient=patient, doctor=doctor, completed_at=NOON)
        rows = {
            "feedback_notedelivery": notes_fail(make, patient, doctor),
            "feedback_feedbacksummary": make.summary(workout, **DEAD),
            "notifications_push": push_given_up(patient, after=6, hours_ago=23),
        }
    notes_fail(make, make.pat, make.dana, held_at=NOON)
    notes_fail(make, make.pat, make.dana, dead_at=None, attempts=2)
    notes_fail(make, make.pat, make.dana, due_at=None)
    make.summary(make.workout(completed_at=NOON), due_at=ago(hours=-1), attempts=2)
    push_given_up(make.pat, after=5, hours_ago=1)
    push_given_up(make.pat, after=6, hours_ago=25)
    return rows


def test_what_fails_for_good_needs_attention_and_is_a_click_away(
    failing: dict[str, Any], make: Make, browse: Browse
) -> None:
    client = browse(make.ada)

    figures = told(client)
    html = client.get(PAGE).content.decode()

    assert [(kind.key, kind.value, kind.trouble) for kind in figures.unsettled] == [
        ("feedback_notedelivery", "Notes on 1 session do not reach the patient", "needs attention"),
        ("feedback_feedbacksummary", "1 report of a patient does not reach the therapists", "needs attention"),
        ("notifications_push", "1 push was given up in the last 24 hours", "needs attention"),
    ]
    assert figures.attention == 3
    assert "3 figures need attention." in html
    for kind in figures.unsettled:
        link = f'<a id="okta-unsettled-{kind.key}" class="okta-link" href="{kind.link}">{kind.value}</a>'
        assert f'{link} <span class="okta-badge okta-red">needs attention</span>' in html
        assert failing[kind.key] in client.get(kind.link).context["cl"].result_list


@pytest.mark.parametrize("kind", ["feedback_notedelivery", "feedback_feedbacksummary"])
def test_feedback_that_fails_is_listed_and_nothing_else(
    kind: str, failing: dict[str, Any], make: Make, browse: Browse
) -> None:
    client = browse(make.ada)

    [link] = [one.link for one in told(client).unsettled if one.key == kind]

    assert list(client.get(link).context["cl"].result_list) == [failing[kind]]


def test_an_operator_sees_that_of_all_clinics_or_of_the_one_they_picked(
    failing: dict[str, Any], make: Make, browse: Browse, operator: User
) -> None:
    client = pick(browse(operator), make.other_clinic)

    everybody, picked = (told(client, address).unsettled for address in (PAGE, f"{PAGE}?clinic=picked"))

    assert [kind.value.split(" do")[0] for kind in everybody] == [
        "Notes on 2 sessions", "2 reports of patients", "2 pushes were given up in the last 24 hours",
    ]  # fmt: skip
    assert [kind.value for kind in picked] == [kind.value for kind in told(browse(make.ada)).unsettled]


def test_the_status_page_and_readyz_know_the_same_feedback(
    failing: dict[str, Any], browse: Browse, operator: User
) -> None:
    told_of = {kind.key: kind.value for kind in told(browse(operator)).unsettled}

    assert dead_deliveries() == ["feedback: 4 dead deliveries"]
    assert told_of["feedback_notedelivery"] == "Notes on 2 sessions do not reach the patients"
    assert told_of["feedback_feedbacksummary"] == "2 reports of patients do not reach the therapists"


@pytest.mark.parametrize(("hours", "trouble"), [(1, "needs attention"), (48, "")])
def test_a_failed_follow_up_asks_for_somebody_for_a_day_and_is_a_click_away(
    hours: int, trouble: str, make: Make, browse: Browse
) -> None:
    failed = promised(Status.FAILED, tenant=make.clinic, failed_at=ago(hours=hours))
    promised(tenant=make.clinic)
    client = browse(make.ada)

    [kind] = told(client).unsettled

    assert (kind.value, kind.trouble) == ("1 failed follow-up waits for somebody", trouble)
    assert [row.pk for row in client.get(kind.link).context["cl"].result_list] == [failed.pk]


def test_it_is_in_the_readers_language(failing: dict[str, Any], make: Make, browse: Browse) -> None:
    figures = told(browse(make.ada), **{"Accept-Language": "ru"})

    assert [kind.value for kind in figures.unsettled] == [
        "Заметки к 1 занятию не доходят до пациента",
        "1 отзыв пациента не доходит до терапевтов",
        "1 push-уведомление не удалось доставить за последние 24 часа",
    ]
