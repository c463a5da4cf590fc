"""Follow-ups that failed, notes on their way, and patients who opened the app and did not train."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import TenantSettings, User
from entrances.models import AppEntrance
from entrances.states import Status
from feedback.actions import steer
from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.needs import TODAY_PAGE, needs, who
from tests.console.sessions import shown, strip_in
from tests.console.steps import page_of
from tests.feedback.steps import quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import Workout

OPENED = "Opened the app, did not train"


def failed(thread: Conversation, **fields: Any) -> Any:
    return promised(thread, **{"status": "failed", "failed_at": NOON, "last_error": "DeviceNotRegistered", **fields})


def visited(make: Make, patient: User, *days_ago: int, **fields: Any) -> list[AppEntrance]:
    """A patient opens the app on these days, and nothing comes of it."""
    given = {"status": Status.SKIPPED_NO_SOURCE_WORKOUT, "settled_at": NOON, **fields}
    return [make.entrance(patient, NOON.date() - timedelta(days=number), **given) for number in days_ago]


# --- follow-ups ---


def test_a_failed_follow_up_says_what_was_promised_when_and_why_it_failed(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    row = failed(thread, scheduled_for=NOON)
    client = browse(dana)

    html = client.get(TODAY_PAGE).content.decode()

    assert needs(client)["follow-ups"] == [
        "Pat Lee promised for today 14:00 (8:00 in New York) How is the knee? Failed Routine"
        " Reason: the device takes no notifications from the app any more."
        " Try again or deliver otherwise : Pat Lee"
    ]
    assert f'href="{page_of(thread)}#follow-up-{row.pk}"' in html
    assert f'id="follow-up-{row.pk}"' in client.get(page_of(thread)).content.decode()


def test_the_urgent_come_first_then_the_last_that_failed(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    texts = {
        "older": {"failed_at": NOON - timedelta(days=1)},
        "newer": {},
        "urgent": {"failed_at": NOON - timedelta(days=9), "urgency": "urgent"},
        "undated": {"failed_at": None},
    }
    for text, fields in texts.items():
        failed(thread, display_text=text, scheduled_by=make.omar, **fields)
    for status in ("sent", "scheduled", "cancelled"):
        promised(thread, status=status, display_text=status)

    lines = needs(browse(dana))["follow-ups"]

    said = [next(text for text in (*texts, "sent", "scheduled", "cancelled") if f" {text} " in line) for line in lines]
    assert said == ["urgent", "newer", "older", "undated"]
    assert "Failed Urgent Reason" in lines[0]
    assert lines[0].endswith(". Scheduled by Omar Aziz. Try again or deliver otherwise : Pat Lee")


def test_a_doctor_is_told_of_the_conversations_they_see_and_the_clinic_of_all(
    thread: Conversation, make: Make, browse: Browse
) -> None:
    row = failed(thread)
    outside = failed(thread, conversation_id=uuid4(), user_id="7c0f-parent", child_name="Sam")
    failed(thread, tenant=make.other_clinic, conversation_id=uuid4())
    omar = make.omar
    User.objects.filter(pk=omar.pk).update(is_staff=True)
    omar.refresh_from_db()

    html = browse(make.ada).get(TODAY_PAGE).content.decode()

    assert needs(browse(omar))["follow-ups"] == []
    assert sorted(who(needs(browse(make.ada))["follow-ups"])) == ["Pat", "Sam"]
    assert f"#follow-up-{row.pk}" in html
    assert f'href="/admin/followups/followuprequest/{outside.pk}/change/"' in html


# --- notes ---


def due_in(delivery: NoteDelivery, wait: timedelta, **fields: Any) -> None:
    NoteDelivery.objects.filter(pk=delivery.pk).update(due_at=Now() + wait, **fields)


def test_notes_on_their_way_count_down_by_the_databases_clock(make: Make, dana: User, browse: Browse) -> None:
    done = make.workout(completed_at=NOON)
    delivery = save(done, "Good depth", "Slower")
    due_in(delivery, timedelta(minutes=4, seconds=12))
    client = browse(dana)

    html = client.get(TODAY_PAGE).content.decode()

    assert needs(client)["notes"] == [
        "Pat Lee Goes out in 4:12 Session of Wed 8 April · 2 notes Waiting for the quiet period"
        " View Full Session : Pat Lee, Session of Wed 8 April"
    ]
    [left] = re.findall(f'<span role="timer" .* data-okta-clock="{delivery.pk}" data-okta-left="([0-9.]+)">4:12<', html)
    assert 251 < float(left) <= 252
    assert f'href="/admin/sessions/{done.pk}/"' in html


def test_the_failing_come_first_then_the_held_then_the_next(make: Make, dana: User, browse: Browse) -> None:
    deliveries = {}
    for name in ("Later", "Soon", "Now", "Held", "Dead"):
        patient = make.patient(name, doctors=[dana])
        deliveries[name] = save(make.workout(patient=patient, completed_at=NOON), "Good depth")
    due_in(deliveries["Later"], timedelta(hours=1, minutes=2))
    due_in(deliveries["Soon"], timedelta(seconds=30))
    due_in(deliveries["Now"], timedelta(seconds=-1))
    due_in(deliveries["Dead"], timedelta(minutes=40), attempts=3, dead_at=NOON, last_error="OSError at x:1")
    steer.hold(delivery_id=deliveries["Held"].pk)
    NoteDelivery.objects.filter(pk=deliveries["Held"].pk).update(held_at=NOON)

    told = [
        line.split(" View ")[0].replace(" Session of Wed 8 April · 1 note", "") for line in needs(browse(dana))["notes"]
    ]

    assert told == [
        "Dead Test Next attempt in 40:00 Failing It could not be delivered; it is tried again every hour.",
        "Held Test Held since today 14:00 Held by the therapist",
        "Now Test Goes out any moment now Waiting for the quiet period",
        "Soon Test Goes out in 0:30 Waiting for the quiet period",
        "Later Test Goes out in 1:02:00 Waiting for the quiet period",
    ]


def test_where_nothing_is_sent_no_clock_runs(make: Make, dana: User, browse: Browse) -> None:
    save(make.workout(completed_at=NOON), "Good depth")
    TenantSettings.objects.filter(tenant=make.clinic).update(features={"feedbackNotifications": False})

    [line] = needs(browse(dana))["notes"]

    assert line.startswith("Pat Lee Session of Wed 8 April · 1 note Feedback notifications are off ")


def test_what_was_sent_or_cleared_or_is_a_colleagues_is_not_told(make: Make, dana: User, browse: Browse) -> None:
    grace = make.doctor("Grace", patients=[make.pat])
    sent, cleared, other = (make.workout(completed_at=NOON) for _ in range(3))
    NoteDelivery.objects.filter(pk=save(sent, "Good").pk).update(due_at=None, delivered_at=NOON)
    save(cleared, "Good")
    save(cleared, "")
    Workout.objects.filter(pk=other.pk).update(doctor=grace)
    other.refresh_from_db()
    save(other, "Good", doctor=grace)

    assert needs(browse(dana))["notes"] == []
    [line] = needs(browse(make.ada))["notes"]
    assert line.split(" Waiting")[0].split(" · ", 1)[1] == "1 note · Grace Test"
    make.pat.links_to_doctors.update(ended_at=NOON)
    assert needs(browse(grace_in(grace)))["notes"] == []


AWAY: dict[str, Any] = {
    "their link has ended": lambda make: make.pat.links_to_doctors.update(ended_at=NOON),
    "they are not active": lambda make: User.objects.filter(pk=make.dana.pk).update(is_active=False),
    "the patient is archived": lambda make: User.objects.filter(pk=make.pat.pk).update(archived_at=NOON),
}


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize(
    "stands",
    [
        {"due_at": Now() + timedelta(minutes=4)},
        {"due_at": Now() + timedelta(minutes=4), "held_at": NOON},
        {"due_at": Now() + timedelta(minutes=4), "attempts": 3, "dead_at": NOON},
    ],
    ids=["waiting", "held", "failing"],
)
def test_what_will_not_be_sent_is_not_promised_here_nor_beside_the_notes(
    stands: dict[str, Any], away: str, make: Make, browse: Browse
) -> None:
    done = make.workout(completed_at=NOON)
    delivery = save(done, "Good depth")
    NoteDelivery.objects.filter(pk=delivery.pk).update(**stands)
    AWAY[away](make)
    client = browse(make.ada)

    [line] = needs(client)["notes"]
    strip = strip_in(shown(client, done))

    said = "Dana Reed is not connected to Pat any more: nothing is sent."
    assert line.split(" View ")[0] == f"Pat Lee Session of Wed 8 April · 1 note · Dana Reed {said}"
    assert strip == f"Dana Reed: {said} · 1 note Preview"
    quiet_period_ends(delivery)
    NoteDelivery.objects.update(held_at=None)
    assert deliver_notes(delivery_id=delivery.pk) == "doctor not connected"


def test_a_card_of_cleared_notes_is_taken_back_whoever_cares_for_the_patient_now(make: Make, browse: Browse) -> None:
    done = make.workout(completed_at=NOON)
    delivery = save(done, "Good depth")
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    due_in(save(done, ""), timedelta(seconds=240))
    make.pat.links_to_doctors.update(ended_at=NOON)
    client = browse(make.ada)

    [line] = needs(client)["notes"]
    strip = strip_in(shown(client, done))

    assert line.startswith("Pat Lee Goes out in 4:00 Session of Wed 8 April · all notes were cleared · Dana Reed")
    assert strip == "Dana Reed: All notes are cleared: what Pat has is taken back in 4:00 Send now Hold"
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "cleared"


def grace_in(grace: User) -> User:
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    grace.refresh_from_db()
    return grace


# --- days without training ---


def test_a_patient_who_opened_the_app_and_did_not_train_is_one_line(
    thread: Conversation, make: Make, dana: User, browse: Browse
) -> None:
    visited(make, make.pat, 0, 1)
    visited(make, make.pat, 3, answer="NOT_TODAY", answer_pain=7, answer_note="The knee is <b>swollen</b>.")
    client = browse(dana)

    html = client.get(TODAY_PAGE).content.decode()

    assert needs(client)["missed"] == [
        "Pat Lee On 3 days, the last was Wed 8 April Sun 5 April: “Not today” pain 7 — high"
        " Patient The knee is <b>swollen</b>. Sessions : Pat Lee Conversation : Pat Lee"
    ]
    assert '<div class="okta-note okta-note-patient">' in html
    assert "<b>swollen" not in html
    assert f'href="/admin/sessions/?patient={make.pat.pk}"' in html
    assert f'href="{page_of(thread)}"' in html


def test_the_last_to_open_the_app_come_first_then_who_did_so_often(make: Make, dana: User, browse: Browse) -> None:
    for name, days in {"Nora": (2, 3), "Olive": (1,), "Petra": (1, 2, 3), "Quinn": (6,), "Rosa": (7,)}.items():
        visited(make, make.patient(name, doctors=[dana]), *days)

    lines = needs(browse(dana))["missed"]

    assert [line.split(" Test ")[0] for line in lines] == ["Petra", "Olive", "Nora", "Quinn"]
    assert lines[3] == "Quinn Test On 1 day: Thu 2 April Sessions : Quinn Test"


@pytest.mark.parametrize(
    ("became", "told"),
    [
        ({"status": Status.SKIPPED_NO_SOURCE_WORKOUT}, True),
        ({"status": Status.SKIPPED_FEATURE_DISABLED}, False),
        ({"status": Status.CANCELED_BY_REAL_WORKOUT}, False),
        ({"status": Status.PENDING, "settled_at": None}, True),
        ({"status": Status.PENDING, "settled_at": None, "window_ends_at": Now() + timedelta(hours=1)}, False),
    ],
)
def test_a_visit_that_may_still_become_a_workout_is_not_told(
    became: dict[str, Any], told: bool, make: Make, dana: User, browse: Browse
) -> None:
    visited(make, make.pat, 0, **became)

    assert bool(needs(browse(dana))["missed"]) == told


@pytest.mark.parametrize(("inferred", "told"), [(True, True), (False, False)])
def test_an_inferred_session_is_no_training_and_a_real_one_that_came_later_is(
    inferred: bool, told: bool, make: Make, dana: User, browse: Browse
) -> None:
    mirror = make.workout(completed_at=NOON, completed_via_app_entrance=True)
    visited(make, make.pat, 0, status=Status.FINALIZED_TO_INFERRED_WORKOUT, inferred_workout=mirror)
    make.workout(completed_at=NOON, completed_via_app_entrance=inferred)

    assert bool(needs(browse(dana))["missed"]) == told


def test_the_day_of_a_visit_is_the_patients_own(make: Make, dana: User, browse: Browse) -> None:
    """At 23:30 in New York it is the next day in Berlin; what counts is a workout of that day in New York."""
    late = NOON.replace(hour=3, minute=30)
    make.entrance(make.pat, date(2026, 4, 7), status=Status.SKIPPED_NO_SOURCE_WORKOUT, settled_at=late, opened_at=late)
    make.workout(completed_at=NOON)

    assert needs(browse(dana))["missed"] == ["Pat Lee On 1 day: Tue 7 April Sessions : Pat Lee"]
    make.workout(completed_at=late)
    assert needs(browse(dana))["missed"] == []


def test_of_strangers_and_of_those_who_have_left_nothing_is_told(make: Make, dana: User, browse: Browse) -> None:
    foreign = make.patient("Foreign", tenant=make.other_clinic, doctors=[make.stella])
    unconnected = make.patient("Nobody")
    gone = make.patient("Gone", doctors=[dana], archived_at=NOON)
    for patient in (foreign, unconnected, gone):
        visited(make, patient, 0)

    def told(client: Client) -> list[str]:
        return who(needs(client)["missed"])

    assert (told(browse(dana)), told(browse(make.ada))) == ([], ["Nobody"])
