"""Today's page in a browser: it counts down truthfully, looks again by itself, and leaves the focus where it was."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from accounts.models import User
from feedback.models import NoteDelivery
from messaging.models import Participant
from okta.clock import now
from tests.browser.windows import Kind, Windows
from tests.console.conftest import let_in
from tests.console.needs import TODAY_PAGE, reported
from tests.feedback.steps import save
from tests.make import Make

KIND = Kind("desktop", "en", "light")
AGAIN = "() => htmx.trigger('#okta-today', 'okta:due')"


@pytest.fixture(scope="module")
def dana(db: None) -> User:
    """Dana, with feedback of two patients to read and notes for one of them on their way."""
    make = Make()
    dana = let_in(make.dana, timezone="Europe/Berlin")
    reported(make, {"pain": 9, "patient_notes": "It hurts."}, at=now() - timedelta(days=2))
    reported(make, {"exertion": 9}, patient=make.patient("Maya", doctors=[dana]), at=now())
    save(make.workout(completed_at=now()), "Good depth")
    return dana


@pytest.fixture
def page(dana: User, windows: Windows) -> Iterator[Page]:
    NoteDelivery.objects.update(due_at=Now() + timedelta(minutes=4, seconds=12))
    Participant.objects.filter(user=dana).update(last_read_seq=0)
    page = windows.tab(KIND, dana)
    yield page
    page.close()


def wait_told(page: Page) -> int:
    """How many seconds the page says there are left."""
    minutes, seconds = page.locator("[data-okta-left]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_wrong_clock_in_the_browser_changes_no_countdown(page: Page) -> None:
    page.clock.install(time=now() + timedelta(hours=1))
    page.goto(TODAY_PAGE)
    first = wait_told(page)

    # Not for so long that the server is asked, whose clock nobody has put forward.
    page.clock.run_for(10_000)

    assert 240 <= first <= 252
    assert first - wait_told(page) in (10, 11)


def test_a_page_that_asks_is_told_the_servers_clock_and_left_alone_otherwise(page: Page) -> None:
    page.goto(TODAY_PAGE)
    page.evaluate("() => { document.querySelector('#okta-today').dataset.mark = 'same' }")
    NoteDelivery.objects.update(due_at=Now() + timedelta(seconds=100))

    page.evaluate(AGAIN)

    expect(page.locator("#okta-today[data-mark=same] [data-okta-left]")).to_have_text(re.compile(r"^1:[0-3]\d$"))


def test_what_is_over_is_said_at_once(page: Page) -> None:
    page.goto(TODAY_PAGE)
    expect(page.get_by_text("any moment now", exact=True)).to_be_hidden()
    NoteDelivery.objects.update(due_at=Now() - timedelta(seconds=5))

    page.evaluate(AGAIN)

    expect(page.get_by_text("any moment now", exact=True)).to_be_visible()
    expect(page.locator("[data-okta-left]")).to_be_hidden()


def test_what_was_over_when_it_came_is_not_asked_about_again(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/today/now/" in request.url else None)
    NoteDelivery.objects.update(due_at=Now() - timedelta(seconds=5))

    page.goto(TODAY_PAGE)

    expect(page.get_by_text("any moment now", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)
    assert asked == []


def test_when_a_countdown_is_over_the_server_is_asked(page: Page) -> None:
    NoteDelivery.objects.update(due_at=Now() + timedelta(seconds=4))
    page.goto(TODAY_PAGE)
    expect(page.locator("#okta-notes + .okta-badge")).to_have_text("1 session")
    page.evaluate("() => { document.querySelector('#okta-today').dataset.oktaAsk = '1000000' }")
    NoteDelivery.objects.update(due_at=None)

    # Not because the page looks again anyway.
    expect(page.get_by_text("No notes are waiting to be sent.")).to_be_visible(timeout=20_000)


def test_the_focus_stays_on_a_link_when_something_else_has_changed(page: Page, dana: User) -> None:
    page.goto(TODAY_PAGE)
    link = page.get_by_role("link", name=re.compile("Conversation ?: Maya"))
    link.focus()
    Participant.objects.filter(user=dana, conversation__patient__first_name="Pat").update(last_read_seq=99)

    page.evaluate(AGAIN)

    expect(page.locator("#okta-feedback + .okta-badge")).to_have_text("1 message")
    expect(link).to_be_focused()


def test_when_the_line_with_the_focus_is_settled_the_keyboard_goes_on_from_the_list(page: Page, dana: User) -> None:
    page.goto(TODAY_PAGE)
    page.get_by_role("link", name=re.compile("Conversation ?: Pat")).focus()
    Participant.objects.filter(user=dana, conversation__patient__first_name="Pat").update(last_read_seq=99)

    page.evaluate(AGAIN)

    expect(page.locator("#okta-today")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#jump-feedback")).to_be_focused()


def test_while_nothing_changes_the_page_is_left_alone(page: Page) -> None:
    page.goto(TODAY_PAGE)
    page.evaluate("() => { document.querySelector('#okta-today').dataset.mark = 'same' }")

    with page.expect_response(lambda response: "/today/now/" in response.url) as asked:
        page.evaluate(AGAIN)

    assert asked.value.status == 204
    assert page.locator("#okta-today[data-mark=same]").count() == 1
