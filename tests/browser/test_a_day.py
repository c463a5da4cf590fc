"""A day at the clinic, lived in a real browser before the whole stack: web, worker, beat, and a push service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db.models.functions import Now
from playwright.sync_api import Browser, Page, expect

from accounts.models import TenantSettings
from followups.models import FollowUpRequest
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation, Message
from messaging.states import MessageType
from notifications.models import Device
from notifications.states import Platform
from okta import wakeups
from okta.devstack.fake_provider import FakeProvider
from tests.admin.conftest import page as model_page
from tests.browser.windows import Windows
from tests.console.conftest import let_in
from tests.console.steps import LIST, page_of
from tests.live import Live, an_empty_broker, eventually, sweeps_later
from tests.make import Make
from workouts.models import Workout

SOON = 5_000
"""ms, within which a clinician sees what a patient has just said."""
QUIET = {"FEEDBACK_QUIET_PERIOD": "300", "FEEDBACK_MAX_WAIT": "1800"}


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    provider = FakeProvider().start()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def stack(db: None, provider: FakeProvider, tmp_path_factory: Any) -> Iterator[str]:
    """Everything that ``./dev up`` runs; the address of its web process."""
    wakeups.breaker.close()
    logs: Path = tmp_path_factory.mktemp("stack")
    with an_empty_broker():
        live = Live(logs, EXPO_PUSH_URL=provider.url, **QUIET)
        web = str(live.web().base_url)
        live.worker()
        live.beat()
        yield web
        live.stop()


@pytest.fixture(scope="module")
def cast(stack: str) -> Make:
    make = Make()
    for user in (let_in(make.dana), make.pat):
        Device.objects.create(user=user, platform=Platform.EXPO, token=f"ExponentPushToken[{user.first_name}]")
    return make


@pytest.fixture
def clinic(browser: Browser, stack: str) -> Iterator[Windows]:
    """Windows before the stack, in which nothing may go wrong."""
    windows = Windows(browser, stack)
    yield windows
    windows.close()
    assert windows.troubles == []


@pytest.fixture
def pat(cast: Make, stack: str) -> Iterator[httpx.Client]:
    """Pat's app."""
    bearer = {"Authorization": f"{settings.REST_KNOX['AUTH_HEADER_PREFIX']} {cast.token(cast.pat)}"}
    with httpx.Client(base_url=stack, headers=bearer, timeout=10) as app:
        yield app


@pytest.fixture
def talk(cast: Make) -> Conversation:
    conversation, _ = open_conversation(people=[cast.pat, cast.dana])
    return conversation


def complete(app: httpx.Client, workout: Workout, pain: int) -> None:
    first, second = workout.exercises.order_by("position")
    exercises = [
        {"exerciseInWorkoutId": first.pk, "actualSets": 3, "actualReps": 8, "pain": pain, "patientNotes": "On stairs"},
        {"exerciseInWorkoutId": second.pk, "actualSets": 3, "actualReps": 10, "pain": 2, "exertion": 5},
    ]
    answer = app.post(f"/v2/workouts/{workout.pk}/complete", json={"durationMinutes": 25, "exercises": exercises})
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")


def said_to(app: httpx.Client, talk: Conversation, kind: MessageType) -> list[dict[str, Any]]:
    """What the patient's app shows of this kind, the newest first."""
    messages = app.get(f"/v2/conversations/{talk.pk}/messages").json()["results"]
    return [message for message in messages if message["type"] == kind]


def pushed(provider: FakeProvider, to: str) -> list[str]:
    return [push["body"] for push in provider.received() if push["to"] == f"ExponentPushToken[{to}]"]


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator("[data-okta-left]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def write(page: Page, exercise_id: int, words: str) -> None:
    page.locator(f"#write-{exercise_id}").click()
    expect(page.locator(f"#text-{exercise_id}")).to_be_focused()
    page.keyboard.type(words)


def test_from_a_painful_workout_to_one_card_with_the_answer(
    cast: Make, clinic: Windows, pat: httpx.Client, talk: Conversation, provider: FakeProvider
) -> None:
    workout = cast.workout()
    first, second = workout.exercises.order_by("position").values_list("pk", flat=True)
    page = clinic.page(page_of(talk), person=cast.dana)
    expect(page.get_by_text("Nothing has been said yet.")).to_be_visible()

    complete(pat, workout, pain=8)

    card = page.locator("#okta-said .okta-card")
    expect(card).to_contain_text("pain 8 — high", timeout=SOON)
    expect(card).to_contain_text("On stairs")
    eventually(lambda: pushed(provider, "Dana") == ["Pat Lee reported high pain"])
    card.get_by_role("link", name="View Full Session").click()

    expect(page.get_by_role("heading", name="1. ")).to_contain_text("Exercise")
    expect(page.locator(f"#exercise-{first}")).to_contain_text("pain 8 — high")
    write(page, first, "Stop above shoulder height.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#note-{first} .okta-note-therapist")).to_contain_text("Stop above shoulder height.")
    write(page, second, "Well done!")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#okta-strip")).to_contain_text("Sending to Pat in 4:")
    expect(page.locator("#okta-strip")).to_contain_text("2 notes")
    before = seconds_left(page)
    assert 240 < before <= 300
    expect(page.locator("[data-okta-left]")).not_to_have_text(page.locator("[data-okta-left]").inner_text())
    assert seconds_left(page) < before

    page.locator(f"#write-{first}").click()
    page.keyboard.type(" Never mind.")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("dialog")).to_contain_text("Stop above shoulder height.")
    expect(page.get_by_role("dialog")).not_to_contain_text("Never mind")
    page.keyboard.press("Escape")
    assert said_to(pat, talk, MessageType.DOCTOR_FEEDBACK_NOTE) == []
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("#okta-strip")).to_contain_text("Sent to Pat at", timeout=10_000)

    [note] = said_to(pat, talk, MessageType.DOCTOR_FEEDBACK_NOTE)
    assert [row["doctorNotesPostExercise"] for row in note["metadata"]["exercises"]] == [
        "Stop above shoulder height.",
        "Well done!",
    ]
    eventually(lambda: pushed(provider, "Pat") == ["Your therapist reviewed your session"])


def test_what_an_administrator_switches_off_stops_the_next_card(
    cast: Make, clinic: Windows, pat: httpx.Client, talk: Conversation
) -> None:
    before = Message.objects.count()
    page = clinic.page(model_page(TenantSettings, "change", cast.clinic.pk), person=cast.ada)

    page.get_by_role("switch", name="Feedback notifications").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Feedback notifications: switched off")).to_be_visible()
    expect(page.get_by_text("Switched off by Ada King")).to_be_visible()
    workout = cast.workout()
    complete(pat, workout, pain=9)
    sweeps_later("feedback.sweep", 2)

    assert Message.objects.count() == before


def test_a_follow_up_from_a_right_click_to_its_delivery_in_the_open_thread(
    cast: Make, clinic: Windows, pat: httpx.Client, talk: Conversation, provider: FakeProvider
) -> None:
    page = clinic.page(LIST, person=cast.dana)
    row = page.locator(f"#conversation-{talk.pk}")
    badge = row.locator(".okta-clock")

    def schedule() -> None:
        row.locator("h2").click(button="right")
        page.get_by_role("menuitem", name="Schedule follow-up").click()
        row.get_by_label("Message to Pat Lee").fill("How is the knee?")
        row.get_by_role("button", name="In 1 hour").click()
        expect(badge).to_contain_text("Follow-up ")

    schedule()
    badge.click()
    expect(page.get_by_text("1 follow-up was cancelled.")).to_be_visible()
    expect(badge).to_have_count(0)
    schedule()
    row.get_by_role("link").click()
    expect(page.locator("#okta-talk-badge")).to_contain_text("Follow-up ")

    # An hour passes.
    assert FollowUpRequest.objects.filter(status="scheduled").update(scheduled_for=Now()) == 1

    message = page.locator("#okta-said .okta-bubble").filter(has_text="How is the knee?")
    expect(message).to_contain_text("Follow-up", timeout=15_000)
    expect(page.locator("#okta-talk-badge")).to_be_empty()
    expect(page.locator("#okta-promises")).to_contain_text("Sent")
    [told] = said_to(pat, talk, MessageType.FOLLOW_UP)
    assert told["content"] == "How is the knee?"
    eventually(lambda: "How is the knee?" in pushed(provider, "Pat"))
