"""Conversations in a real browser: two people talk, and nothing jumps."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, Route, expect

from accounts.models import User
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import remove_card, replace_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from messaging.states import MessageType
from okta.devstack.processes import wait_until
from tests.browser.windows import Windows, signed_in
from tests.console.conftest import let_in
from tests.console.steps import page_of
from tests.console.test_thread import notes
from tests.make import Make

SOON = 10_000
"""ms; a page asks every two seconds, and machines are busy."""


@pytest.fixture(scope="module")
def cast(db: None) -> Make:
    make = Make()
    let_in(make.dana, timezone="Europe/Berlin")
    make.connect(make.pat, let_in(make.omar))
    return make


@pytest.fixture
def thread(cast: Make) -> Iterator[Conversation]:
    conversation, _ = open_conversation(people=[cast.pat, cast.dana, cast.omar], title="Talk")
    yield conversation
    conversation.messages.all().delete()
    conversation.delete()


Open = Callable[..., Page]


@pytest.fixture
def opened(thread: Conversation, windows: Windows) -> Iterator[Open]:
    """Opens the thread for somebody; its pages are closed before it is gone."""
    pages: list[Page] = []

    def open_for(person: User, **kind: Any) -> Page:
        pages.append(windows.page(page_of(thread), person=person, **kind))
        return pages[-1]

    yield open_for
    for page in pages:
        page.close()


def line(page: Page, words: str) -> Locator:
    """The bubble that says this."""
    return page.locator("#okta-said .okta-said").get_by_text(words, exact=True)


def bubbles(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#okta-said .okta-said").all_inner_texts()]


def top(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["y"]


def at_end(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('okta-talk-room').scrollTop > -2"))


def many(thread: Conversation, sender: User, count: int = 60) -> None:
    for number in range(1, count + 1):
        post_message(conversation=thread, sender=sender, content=f"no. {number}")


def test_what_is_said_appears_without_a_reload_and_is_announced(cast: Make, thread: Conversation, opened: Open) -> None:
    page = opened(cast.dana)
    expect(page.get_by_text("Nothing has been said yet.")).to_be_visible()

    post_message(conversation=thread, sender=cast.pat, content="It hurts.")

    expect(page.locator("#okta-said .okta-said")).to_have_text(["It hurts."], timeout=SOON)
    expect(page.get_by_text("Nothing has been said yet.")).to_be_hidden()
    expect(page.locator("#okta-heard")).to_have_text("Pat Lee: It hurts.")


def test_who_is_at_the_end_follows_and_who_has_scrolled_away_is_told(
    cast: Make, thread: Conversation, opened: Open
) -> None:
    many(thread, cast.pat)
    thread.participants.update(last_read_seq=60)
    page = opened(cast.dana)
    assert at_end(page)

    post_message(conversation=thread, sender=cast.pat, content="no. 61")
    expect(line(page, "no. 61")).to_be_in_viewport(timeout=SOON)
    newer = page.get_by_role("button", name="New messages")
    expect(newer).to_be_hidden()

    page.locator("#okta-talk-room").evaluate("room => { room.scrollTop = -900 }")
    before = top(line(page, "no. 45"))
    post_message(conversation=thread, sender=cast.pat, content="no. 62")
    expect(newer).to_be_visible(timeout=SOON)
    assert abs(top(line(page, "no. 45")) - before) < 1

    newer.click()
    expect(line(page, "no. 62")).to_be_in_viewport()
    expect(newer).to_be_hidden()


def test_unread_messages_that_lie_above_what_is_shown_stay_unread_until_they_are(
    cast: Make, thread: Conversation, opened: Open
) -> None:
    many(thread, cast.pat, 55)
    mine = thread.participants.get(user=cast.dana)
    page = opened(cast.dana)
    to_end = "document.getElementById('okta-talk-room').scrollTop = 0"
    page.evaluate(to_end)
    post_message(conversation=thread, sender=cast.pat, content="no. 56")
    expect(line(page, "no. 56")).to_be_in_viewport(timeout=SOON)
    mine.refresh_from_db()
    assert mine.last_read_seq == 0

    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator("#okta-said .okta-said")).to_have_count(56)
    page.evaluate(to_end)

    assert wait_until(lambda: thread.participants.get(user=cast.dana).last_read_seq == 56, seconds=10)


def test_earlier_messages_come_above_and_move_nothing(cast: Make, thread: Conversation, opened: Open) -> None:
    many(thread, cast.pat, 55)
    page = opened(cast.dana)
    link = page.get_by_role("link", name="Earlier messages")
    link.focus()
    before = top(line(page, "no. 6"))

    page.keyboard.press("Enter")

    expect(page.locator("#okta-said .okta-said")).to_have_count(55)
    assert abs(top(line(page, "no. 6")) - before) < 1
    assert bubbles(page)[0] == "no. 1"
    expect(page.locator(".okta-day")).to_have_count(1)
    expect(link).to_have_count(0)
    expect(page.locator("#okta-talk-room")).to_be_focused()


def test_a_replaced_card_keeps_the_keyboard_on_its_link(cast: Make, thread: Conversation, opened: Open) -> None:
    card = notes(thread, cast.dana)
    post_message(conversation=thread, sender=cast.pat, content="Thank you.")
    page = opened(cast.dana)
    link = page.get_by_role("link", name="View Full Session")
    link.focus()

    fresh = replace_card(
        conversation_id=thread.pk, sender=cast.dana, type=MessageType.DOCTOR_FEEDBACK_NOTE, card_key="notes:7:1",
        content="Your therapist reviewed your session", metadata=card.metadata,
    )  # fmt: skip

    expect(page.locator(f"#message-{card.pk}")).to_have_count(0, timeout=SOON)
    expect(page.locator("#okta-said > li").last).to_have_id(f"message-{fresh.pk}")
    expect(link).to_be_focused()

    remove_card(card_key="notes:7:1")
    expect(link).to_have_count(0, timeout=SOON)
    expect(page.locator("#okta-talk-room")).to_be_focused()


def test_a_page_that_nobody_sees_asks_nothing(cast: Make, thread: Conversation, opened: Open) -> None:
    page = opened(cast.dana)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hide = "hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true}); "
    page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange')); }", arg=True)
    asked.clear()

    page.wait_for_timeout(4_500)
    assert asked == []

    page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange')); }", arg=False)
    with page.expect_response(lambda response: "/since/" in response.url):
        pass


def test_where_there_is_no_connection_that_is_said_until_there_is(cast: Make, opened: Open, windows: Windows) -> None:
    page = opened(cast.dana)
    page.route("**/since/**", lambda route: route.abort())
    lost = page.get_by_text("There is no connection at the moment.")

    expect(lost).to_be_visible(timeout=SOON)
    page.unroute("**/since/**")
    expect(lost).to_be_hidden(timeout=SOON)
    windows.troubles.clear()  # The browser complains of each question that got no answer.


def test_two_people_talk(cast: Make, opened: Open) -> None:
    dana, omar = opened(cast.dana), opened(cast.omar, device="phone", language="ru")

    dana.get_by_label("Your message").fill("Shall we rest the knee?")
    dana.keyboard.press("Control+Enter")
    expect(line(dana, "Shall we rest the knee?")).to_be_in_viewport()
    expect(dana.get_by_label("Your message")).to_have_value("")
    expect(dana.get_by_label("Your message")).to_be_focused()
    expect(line(omar, "Shall we rest the knee?")).to_be_in_viewport(timeout=SOON)

    omar.get_by_label("Ваше сообщение").fill("Two days,\nthen stairs.")
    omar.get_by_role("button", name="Отправить").tap()
    expect(line(omar, "Two days, then stairs.")).to_be_in_viewport()
    expect(line(dana, "Two days, then stairs.")).to_be_in_viewport(timeout=SOON)
    dana.wait_for_timeout(2_500)  # Another question of each page, which brings nothing twice.
    assert bubbles(dana) == bubbles(omar) == ["Shall we rest the knee?", "Two days,\nthen stairs."]


def test_two_clicks_and_an_answer_that_was_lost_say_one_thing(
    cast: Make, thread: Conversation, opened: Open, windows: Windows
) -> None:
    page = opened(cast.dana)
    words = page.get_by_label("Your message")
    words.fill("Rest it.")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator("#okta-said .okta-said")).to_have_text(["Rest it."])

    # The server hears it, and the browser does not hear the server.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/reply/**", lose)
    words.fill("And the stairs?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("This was not sent. Your words are still here: send them again.")).to_be_visible()
    expect(words).to_have_value("And the stairs?")
    page.unroute("**/reply/**")
    page.keyboard.press("Control+Enter")
    expect(words).to_have_value("")
    expect(page.get_by_text("This was not sent.")).to_be_hidden()

    said = ["Rest it.", "And the stairs?"]
    expect(page.locator("#okta-said .okta-said")).to_have_text(said)
    assert list(thread.messages.order_by("seq").values_list("content", flat=True)) == said
    windows.troubles.clear()  # The browser complains of the answer that was lost.


def test_what_is_typed_while_a_reply_is_on_its_way_stays(cast: Make, opened: Open) -> None:
    page = opened(cast.dana)
    words = page.get_by_label("Your message")
    held: list[Route] = []
    page.route("**/reply/**", lambda route: held.append(route))
    words.fill("Rest it.")
    page.keyboard.press("Control+Enter")
    words.press_sequentially(" And")
    held[0].continue_()

    expect(line(page, "Rest it.")).to_be_visible()
    expect(words).to_have_value("Rest it. And")


def test_an_empty_reply_is_refused_in_words(cast: Make, opened: Open) -> None:
    page = opened(cast.dana)

    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("alert").filter(has_text="Write something first.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("Rest it.")
    page.keyboard.press("Control+Enter")
    expect(line(page, "Rest it.")).to_be_visible()
    expect(page.get_by_text("Write something first.")).to_be_hidden()


def test_what_is_new_is_marked_and_read_when_it_was_in_sight(cast: Make, thread: Conversation, opened: Open) -> None:
    many(thread, cast.pat, 40)
    page = opened(cast.dana)
    expect(page.locator(".okta-new")).to_be_in_viewport(ratio=1)
    expect(line(page, "no. 1")).to_be_in_viewport(ratio=1)
    until(lambda: read_up_to(thread, cast.dana) == 40)

    post_message(conversation=thread, sender=cast.pat, content="no. 41")
    expect(page.get_by_role("button", name="New messages")).to_be_visible(timeout=SOON)
    assert read_up_to(thread, cast.dana) == 40

    page.get_by_role("button", name="New messages").click()
    until(lambda: read_up_to(thread, cast.dana) == 41)


def test_without_scripts_people_talk_by_plain_forms(
    cast: Make, thread: Conversation, browser: Browser, address: str
) -> None:
    many(thread, cast.pat, 52)
    window = browser.new_context(java_script_enabled=False, base_url=address)
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(cast.dana), "url": address}])
    page = window.new_page()
    page.goto(page_of(thread))
    expect(line(page, "no. 52")).to_be_in_viewport()

    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("Marked as read.")).to_be_visible()
    page.get_by_label("Your message").fill("Rest it.")
    page.get_by_role("button", name="Send").click()
    expect(line(page, "Rest it.")).to_be_in_viewport()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Write something first.")).to_be_visible()
    page.get_by_role("link", name="Earlier messages").click()
    expect(line(page, "no. 1")).to_be_visible()
    page.get_by_role("link", name="Newest messages").click()
    expect(line(page, "Rest it.")).to_be_in_viewport()
    window.close()
    assert read_up_to(thread, cast.dana) == 52


def read_up_to(thread: Conversation, person: User) -> int:
    return thread.participants.get(user=person).last_read_seq


def until(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, seconds=5)
