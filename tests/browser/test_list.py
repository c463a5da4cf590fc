"""The list of conversations in a real browser: its menu by every way in, and a list that keeps itself fresh."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import CareLink, User
from followups.models import FollowUpRequest
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from okta.devstack.processes import wait_until
from tests.browser.windows import Windows
from tests.console.conftest import let_in
from tests.console.steps import LIST, page_of
from tests.make import Make

SOON = 20_000
"""ms; a list asks every ten seconds, and machines are busy."""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def cast(db: None) -> Make:
    make = Make()
    let_in(make.dana, timezone="Europe/Berlin")
    return make


@pytest.fixture
def threads(cast: Make) -> Iterator[list[Conversation]]:
    """Pat's, and above it Anna's."""
    anna = User.objects.filter(first_name="Anna").first() or cast.patient("Anna", doctors=[cast.dana])
    both = [open_conversation(people=[patient, cast.dana])[0] for patient in (cast.pat, anna)]
    yield both
    FollowUpRequest.objects.all().delete()
    for thread in both:
        thread.messages.all().delete()
        thread.delete()


@pytest.fixture
def opened(threads: list[Conversation], windows: Windows) -> Iterator[Open]:
    """Opens the list for somebody; its pages are closed before the rows are gone."""
    pages: list[Page] = []

    def open_for(person: User, question: str = "", **kind: Any) -> Page:
        pages.append(windows.page(LIST + question, person=person, **kind))
        return pages[-1]

    yield open_for
    for page in pages:
        page.close()


def row_of(page: Page, thread: Conversation) -> Locator:
    return page.locator(f"#conversation-{thread.pk}")


def names(page: Page) -> list[str]:
    return page.locator("#okta-rows h2").all_inner_texts()


def menu_of(page: Page) -> list[str]:
    return page.get_by_role("menu").get_by_role("menuitem").all_inner_texts()


def statuses() -> list[str]:
    return list(FollowUpRequest.objects.order_by("created_at").values_list("status", flat=True))


def test_a_right_click_schedules_and_one_click_on_the_badge_cancels_with_undo(
    cast: Make, threads: list[Conversation], opened: Open
) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])

    row.click(button="right")
    expect(page.get_by_role("menuitem", name="Open")).to_be_focused()
    assert menu_of(page) == ["Open", "Schedule follow-up"]
    page.get_by_role("menuitem", name="Schedule follow-up").click()
    expect(row.get_by_label("Message to Pat Lee")).to_be_focused()
    row.get_by_role("button", name="Tomorrow at 9:00").click()

    expect(page.get_by_text("Follow-up scheduled: tomorrow 9:00 (New York)")).to_be_focused()
    badge = row.get_by_role("button", name=re.compile("^Follow-up t"))
    expect(badge).to_be_visible()
    expect(page.locator("#tab-follow-ups")).to_have_text("Follow-ups 1")
    assert statuses() == ["scheduled"]

    badge.click()
    expect(page.get_by_text("1 follow-up was cancelled.")).to_be_focused()
    expect(badge).to_be_hidden()
    assert statuses() == ["cancelled"]

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 follow-up is scheduled again.")).to_be_visible()
    expect(badge).to_be_visible()
    assert statuses() == ["cancelled", "scheduled"]
    assert page.url.endswith(LIST)


def test_undo_works_from_the_moment_it_is_there(cast: Make, threads: list[Conversation], opened: Open) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    row.get_by_text("Schedule follow-up").click()
    # Nobody is as quick as a script: it presses Undo in the moment in which the page says what was done.
    page.evaluate("""document.addEventListener("focusin", ({ target }) => {
        if (target.matches(".okta-told")) document.querySelector(".okta-undo")?.click();
    })""")

    row.get_by_role("button", name="In 1 hour").click()

    expect(page.get_by_text("1 follow-up was cancelled.")).to_be_visible()
    assert statuses()[0] == "cancelled"


@pytest.mark.parametrize("key", ["ContextMenu", "Shift+F10", "Enter"])
def test_the_keyboard_alone_opens_the_menu_and_chooses(
    key: str, cast: Make, threads: list[Conversation], opened: Open
) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    start = (
        row.get_by_role("button", name="What can be done: Dana Reed, Pat Lee")
        if key == "Enter"
        else row.get_by_role("link")
    )
    start.focus()

    page.keyboard.press(key)
    expect(page.get_by_role("menu", name="Dana Reed, Pat Lee")).to_be_visible()
    expect(row.locator(".okta-more")).to_have_attribute("aria-expanded", "true")
    first, last = "Open", "Schedule follow-up"
    moves = (("ArrowDown", last), ("ArrowDown", first), ("ArrowUp", last), ("Home", first), ("End", last))
    for pressed, focused in moves:
        page.keyboard.press(pressed)
        expect(page.get_by_role("menuitem", name=focused)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(start).to_be_focused()

    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(threads[0])}")


def test_a_finger_that_rests_opens_the_menu_and_one_that_moves_does_not(
    cast: Make, threads: list[Conversation], opened: Open
) -> None:
    post_message(conversation=threads[0], sender=cast.pat, content="It hurts.")
    page = opened(cast.dana, device="phone")
    box = row_of(page, threads[0]).locator("h2 a").bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    point = {"x": box["x"] + 20, "y": box["y"] + 5}

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**point, "y": point["y"] + 30}]})
    page.wait_for_timeout(700)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("menu")).to_be_hidden()

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.get_by_role("menu")).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert menu_of(page) == ["Open", "Schedule follow-up", "Mark as read"]
    assert page.url.endswith(LIST)

    page.get_by_role("menuitem", name="Mark as read").tap()
    expect(row_of(page, threads[0]).get_by_text("1 unread")).to_be_hidden()
    expect(page.get_by_text("Marked as read.")).to_be_visible()
    assert threads[0].participants.get(user=cast.dana).last_read_seq == 1


def test_a_tap_opens_the_thread(cast: Make, threads: list[Conversation], opened: Open) -> None:
    page = opened(cast.dana, device="phone")

    row_of(page, threads[0]).get_by_role("link").tap()

    page.wait_for_url(f"**{page_of(threads[0])}")


def test_the_list_keeps_itself_fresh_and_leaves_an_open_form_alone(
    cast: Make, threads: list[Conversation], opened: Open
) -> None:
    page = opened(cast.dana)
    assert names(page) == ["Anna Test, Dana Reed", "Dana Reed, Pat Lee"]
    row = row_of(page, threads[1])
    row.get_by_text("Schedule follow-up").click()
    words = row.get_by_label("Message to Anna Test")
    words.fill("How is the")
    words.press("End")

    post_message(conversation=threads[0], sender=cast.pat, content="It hurts.")

    expect(page.locator("#okta-rows h2").first).to_have_text("Dana Reed, Pat Lee", timeout=SOON)
    expect(row_of(page, threads[0]).get_by_text("1 unread", exact=True)).to_be_visible()
    expect(page.locator("#tab-unread")).to_have_text("Unread 1")
    expect(words).to_be_focused()
    page.keyboard.type(" knee?")
    expect(words).to_have_value("How is the knee?")
    row.get_by_role("button", name="In 1 hour").click()
    expect(page.get_by_text("Follow-up scheduled: ")).to_be_visible()
    assert FollowUpRequest.objects.get().display_text == "How is the knee?"


def test_the_focus_stays_on_its_row_when_the_rows_change_places(
    cast: Make, threads: list[Conversation], opened: Open
) -> None:
    page = opened(cast.dana)
    link = row_of(page, threads[1]).get_by_role("link")
    link.focus()

    post_message(conversation=threads[0], sender=cast.pat, content="It hurts.")

    expect(page.locator("#okta-rows h2").first).to_have_text("Dana Reed, Pat Lee", timeout=SOON)
    expect(link).to_be_focused()


def test_an_open_form_stays_when_its_row_leaves_the_tab(cast: Make, threads: list[Conversation], opened: Open) -> None:
    for thread in threads:
        post_message(conversation=thread, sender=cast.pat, content="It hurts.")
    page = opened(cast.dana, "?tab=unread")
    row = row_of(page, threads[0])
    row.get_by_text("Schedule follow-up").click()
    row.get_by_label("Message to Pat Lee").fill("How is it?")

    threads[0].participants.update(last_read_seq=1)

    expect(page.locator("#tab-unread")).to_have_text("Unread 1", timeout=SOON)
    expect(row.get_by_label("Message to Pat Lee")).to_have_value("How is it?")


def test_what_is_wrong_with_a_form_is_said_in_its_row(cast: Make, threads: list[Conversation], opened: Open) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    row.get_by_text("Schedule follow-up").click()
    row.get_by_label("Message to Pat Lee").fill("")

    row.get_by_role("button", name="In 1 hour").click()

    expect(row.get_by_text("Write what to say.")).to_be_visible()
    expect(row.get_by_label("Message to Pat Lee")).to_be_focused()
    assert page.url.endswith(LIST)
    assert statuses() == []


def test_what_does_not_work_is_said_and_what_was_typed_stays(
    cast: Make, threads: list[Conversation], opened: Open, windows: Windows
) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    row.get_by_text("Schedule follow-up").click()
    row.get_by_label("Message to Pat Lee").fill("How is the knee?")
    lost: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731
    page.route("**/schedule/", lost)

    row.get_by_role("button", name="In 1 hour").click()
    expect(page.get_by_role("alert").get_by_text("That did not work. Try again")).to_be_visible()
    expect(row.get_by_label("Message to Pat Lee")).to_have_value("How is the knee?")

    windows.troubles.clear()  # The browser complains of what got no answer.
    page.unroute("**/schedule/", lost)
    row.get_by_role("button", name="In 1 hour").click()
    expect(page.get_by_text("Follow-up scheduled: ")).to_be_visible()
    expect(page.get_by_text("That did not work.")).to_be_hidden()
    assert FollowUpRequest.objects.get().display_text == "How is the knee?"


def test_a_button_of_a_row_that_is_gone_says_so(
    cast: Make, threads: list[Conversation], opened: Open, windows: Windows
) -> None:
    FollowUpRequest.objects.create(
        tenant=cast.clinic, conversation_id=threads[0].pk, user_id=str(cast.pat.pk), display_text="?",
        scheduled_for=threads[0].created_at,
    )  # fmt: skip
    page = opened(cast.dana)
    CareLink.objects.filter(patient=cast.pat).update(ended_at=Now())

    row_of(page, threads[0]).get_by_role("button", name="Follow-up due now").click()

    expect(page.get_by_role("alert").get_by_text("That is not possible any more.")).to_be_visible()
    windows.troubles.clear()
    CareLink.objects.filter(patient=cast.pat).update(ended_at=None)


def test_a_menu_is_closed_by_a_click_elsewhere_and_stays_within_the_window(
    cast: Make, threads: list[Conversation], opened: Open
) -> None:
    page = opened(cast.dana)
    row_of(page, threads[0]).locator(".okta-more").click()
    box, window = page.get_by_role("menu").bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert 0 < box["x"] < box["x"] + box["width"] < window["width"]

    page.mouse.click(5, 5)

    expect(page.get_by_role("menu")).to_be_hidden()


def test_a_field_keeps_the_browsers_own_menu(cast: Make, threads: list[Conversation], opened: Open) -> None:
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    row.get_by_text("Schedule follow-up").click()

    row.get_by_label("Message to Pat Lee").click(button="right")

    expect(page.get_by_role("menu")).to_be_hidden()


def test_a_thread_that_is_opened_is_not_unread_any_more(cast: Make, threads: list[Conversation], opened: Open) -> None:
    post_message(conversation=threads[0], sender=cast.pat, content="It hurts.")
    page = opened(cast.dana)
    row = row_of(page, threads[0])
    expect(row.get_by_text("1 unread", exact=True)).to_be_visible()

    row.get_by_role("link").click()
    assert wait_until(lambda: threads[0].participants.get(user=cast.dana).last_read_seq == 1, seconds=5)
    page.go_back()

    expect(row.get_by_text("1 unread", exact=True)).to_be_hidden(timeout=SOON)
