"""A session in a real browser: notes by keyboard alone, a clock that is the server's, and nothing lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now
from playwright.sync_api import Browser, Page, Route, expect

from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from messaging.models import Message
from tests.browser.windows import Windows, signed_in
from tests.console.conftest import let_in
from tests.console.sessions import session_of, text_of
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

FAMILY = "👨‍👩‍👧‍👦"  # seven code points, one grapheme


@pytest.fixture(scope="module")
def cast(db: None) -> Make:
    make = Make()
    let_in(make.dana, timezone="Europe/Berlin")
    return make


@pytest.fixture
def done(cast: Make) -> Iterator[Workout]:
    workout = cast.workout(patient=cast.pat, completed_at=NOON, exercises=2)
    yield workout
    Message.objects.all().delete()
    workout.delete()


@pytest.fixture
def row(done: Workout) -> ExerciseInWorkout:
    return done.exercises.get(position=1)


Open = Callable[..., Page]


@pytest.fixture
def opened(cast: Make, done: Workout, windows: Windows) -> Iterator[Open]:
    """Opens the session for Dana; its pages are closed before it is gone."""
    pages: list[Page] = []

    def open_it(**kind: Any) -> Page:
        pages.append(windows.page(session_of(done), person=cast.dana, **kind))
        return pages[-1]

    yield open_it
    for page in pages:
        page.close()


def owed(delivery: NoteDelivery, left: timedelta) -> NoteDelivery:
    """As if it had been saved so long ago that this is left."""
    NoteDelivery.objects.filter(pk=delivery.pk).update(due_at=Now() + left)
    return delivery


def in_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def field(page: Page, row: ExerciseInWorkout) -> Any:
    return page.locator(f"#text-{row.pk}")


def left(page: Page) -> int:
    """The seconds a clock shows."""
    minutes, seconds = page.locator("[data-okta-left]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def ask(page: Page) -> None:
    """Ask for the strip as the page does every 15 seconds."""
    page.evaluate("htmx.trigger('#okta-strip', 'okta:ask')")


def write_by_keyboard(page: Page, row: ExerciseInWorkout, words: str) -> None:
    page.locator(f"#write-{row.pk}").focus()
    page.keyboard.press("Enter")
    expect(field(page, row)).to_be_focused()
    page.keyboard.type(words)


def test_a_note_is_written_changed_and_left_by_keyboard_alone(row: ExerciseInWorkout, opened: Open) -> None:
    page = opened()
    for _step in range(40):
        page.keyboard.press("Tab")
        if in_focus(page) == f"write-{row.pk}":
            break
    page.keyboard.press("Enter")
    expect(field(page, row)).to_be_focused()
    page.keyboard.type("Good depth")
    page.keyboard.press("Control+Enter")

    expect(page.locator(f"#note-{row.pk} .okta-note-therapist")).to_contain_text("Good depth")
    expect(page.locator(f"#write-{row.pk}")).to_be_focused()
    expect(page.locator("#okta-heard")).to_contain_text("The note was saved. Sending to Pat in")
    assert text_of(row) == "Good depth"

    page.keyboard.press("Enter")
    expect(field(page, row)).to_be_focused()
    page.keyboard.type(", not saved")
    expect(field(page, row)).to_have_value("Good depth, not saved")
    page.keyboard.press("Escape")
    expect(page.locator(f"#write-{row.pk}")).to_be_focused()
    assert text_of(row) == "Good depth"


def test_a_note_is_opened_by_tapping_it(done: Workout, row: ExerciseInWorkout, opened: Open) -> None:
    save(done, "Good depth")
    page = opened(device="phone")
    assert page.locator("#okta-strip").evaluate("strip => getComputedStyle(strip).position") == "sticky"

    page.locator(f"#note-{row.pk}").get_by_text("Good depth").tap(force=True)

    expect(field(page, row)).to_be_focused()
    assert field(page, row).evaluate("field => field.selectionStart") == len("Good depth")
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport()
    assert page.locator("#okta-strip").evaluate("strip => getComputedStyle(strip).position") == "static"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "0 / 1000"), (f" {FAMILY}\n", "7 / 1000"), ("a\nb", "3 / 1000"), ("a" * 1000, "1000 / 1000")],
)
def test_the_counter_counts_as_the_server_does(typed: str, said: str, row: ExerciseInWorkout, opened: Open) -> None:
    page = opened()
    page.locator(f"#write-{row.pk}").click()

    field(page, row).fill(typed)

    expect(page.locator(f"#count-{row.pk} output")).to_have_text(said)
    field(page, row).fill("")


def test_one_too_many_is_told_at_the_field_and_nothing_is_lost(row: ExerciseInWorkout, opened: Open) -> None:
    page = opened(language="ru")
    page.locator(f"#write-{row.pk}").click()
    field(page, row).fill(FAMILY * 143)
    expect(page.locator(f"#count-{row.pk} output")).to_have_class("okta-too-long")

    page.keyboard.press("Control+Enter")

    wrong = "Убедитесь, что это значение содержит не более 1000 символов."
    expect(page.locator(f"#wrong-{row.pk}")).to_have_text(wrong)
    expect(field(page, row)).to_be_focused()
    expect(field(page, row)).to_have_value(FAMILY * 143)
    assert text_of(row) == ""
    field(page, row).fill("")
    page.keyboard.press("Escape")
    expect(page.locator(f"#write-{row.pk}")).to_be_focused()


def test_the_clock_is_the_servers(done: Workout, opened: Open) -> None:
    delivery = owed(save(done, "Good depth"), timedelta(seconds=200))
    page = opened()
    assert 190 < left(page) <= 200

    first = left(page)
    page.wait_for_function(
        "seconds => !document.querySelector('[data-okta-left]').textContent.endsWith(seconds)", arg=f"{first % 60:02}"
    )
    assert left(page) < first

    owed(delivery, timedelta(seconds=100))
    page.locator(f"#send-now-{delivery.pk}").focus()
    ask(page)
    page.wait_for_function("document.querySelector('[data-okta-left]').textContent.startsWith('1:')")
    assert 90 < left(page) <= 100
    assert in_focus(page) == f"send-now-{delivery.pk}"


def test_whoever_comes_back_to_the_page_sees_the_servers_clock_at_once(done: Workout, opened: Open) -> None:
    delivery = owed(save(done, "Good depth"), timedelta(seconds=200))
    page = opened()
    owed(delivery, timedelta(seconds=100))

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    # Sooner than the page would ask anyway.
    page.wait_for_function("document.querySelector('[data-okta-left]').textContent.startsWith('1:')", timeout=5_000)
    assert 85 < left(page) <= 100


def test_at_zero_the_server_is_asked_and_then_until_it_is_sent(done: Workout, opened: Open) -> None:
    delivery = owed(save(done, "Good depth"), timedelta(seconds=200))
    page = opened()
    owed(delivery, timedelta(seconds=4))
    ask(page)

    expect(page.locator("#okta-strip")).to_contain_text("Sending to Pat now")
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    expect(page.locator("#okta-strip")).to_contain_text("Sent to Pat")
    expect(page.locator("#okta-heard")).to_contain_text("Sent to Pat")


def test_hold_resume_and_send_now_keep_the_focus_in_the_strip(done: Workout, opened: Open) -> None:
    save(done, "Good depth")
    page = opened()
    strip = page.locator("#okta-strip")
    for press, said in (("Hold", "Held · 1 note"), ("Resume", "Sending to Pat in"), ("Send now", "Sending to Pat now")):
        strip.get_by_role("button", name=press).focus()
        page.keyboard.press("Enter")
        expect(strip.locator(".okta-way-said")).to_contain_text(said)
        expect(strip.locator(".okta-way-said")).to_be_focused()
        expect(page.locator("#okta-heard")).to_contain_text(said)


def test_a_note_is_written_while_the_last_one_goes_out(done: Workout, row: ExerciseInWorkout, opened: Open) -> None:
    delivery = save(done, "Good depth")
    page = opened()
    write_by_keyboard(page, row, " and slower")
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    ask(page)
    expect(page.locator("#okta-strip")).to_contain_text("Sent to Pat")
    expect(field(page, row)).to_be_focused()
    expect(field(page, row)).to_have_value("Good depth and slower")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#okta-strip")).to_contain_text("Sending to Pat in")
    assert (text_of(row), note_cards(done)) == ("Good depth and slower", [["Good depth"]])


def test_of_two_windows_the_second_is_shown_both_texts(row: ExerciseInWorkout, opened: Open) -> None:
    first, second = opened(), opened()
    for page, words in ((first, "From the first"), (second, "From the second")):
        write_by_keyboard(page, row, words)
    first.keyboard.press("Control+Enter")
    expect(first.locator(f"#write-{row.pk}")).to_be_focused()

    second.keyboard.press("Control+Enter")
    expect(second.get_by_text("Meanwhile this note was changed.")).to_be_visible()
    expect(second.locator(f"#note-{row.pk} .okta-note-therapist")).to_contain_text("From the first")
    expect(field(second, row)).to_have_value("From the second")
    expect(second.locator(f"#count-{row.pk} output")).to_have_text("15 / 1000")
    assert text_of(row) == "From the first"

    second.get_by_role("button", name="Save mine instead").click()
    expect(second.locator(f"#write-{row.pk}")).to_be_focused()
    assert text_of(row) == "From the second"


def test_what_could_not_be_saved_stays_and_is_saved_later(
    row: ExerciseInWorkout, opened: Open, windows: Windows
) -> None:
    page = opened()
    write_by_keyboard(page, row, "Good depth")

    def no_connection(route: Route) -> None:
        route.abort()

    page.route("**/notes/**", no_connection)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The note was not saved. What you wrote is still here")).to_be_visible()
    expect(field(page, row)).to_be_focused()
    expect(field(page, row)).to_have_value("Good depth")

    windows.troubles.clear()  # The browser complains of what got no answer.
    page.unroute("**/notes/**", no_connection)
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#write-{row.pk}")).to_be_focused()
    assert text_of(row) == "Good depth"


def test_nobody_leaves_with_words_that_are_not_saved_unasked(row: ExerciseInWorkout, opened: Open) -> None:
    page = opened()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator(f"#write-{row.pk}").click()
    expect(field(page, row)).to_be_focused()

    page.keyboard.type("Good")
    page.evaluate("location.assign('/admin/conversations/')")
    expect(field(page, row)).to_have_value("Good")
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]

    page.keyboard.press("Escape")
    expect(page.locator(f"#write-{row.pk}")).to_be_focused()
    page.goto("/admin/conversations/")
    assert asked == ["beforeunload"]


def test_whoever_was_signed_out_is_not_asked(row: ExerciseInWorkout, opened: Open) -> None:
    page = opened()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    write_by_keyboard(page, row, "Good")

    page.evaluate("window.dispatchEvent(new Event('okta-signed-out'))")
    page.goto("/admin/conversations/")

    assert asked == []


def test_the_preview_opens_and_closes_by_keyboard(done: Workout, opened: Open) -> None:
    delivery = save(done, "Good depth", "Slow down")
    page = opened()
    page.locator(f"#preview-{delivery.pk}").focus()
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="What Pat will see")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".okta-note-therapist")).to_have_text(["TherapistGood depth", "TherapistSlow down"])
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()

    NoteDelivery.objects.filter(pk=delivery.pk).update(rev=2)
    ask(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#preview-{delivery.pk}")).to_be_focused()


def test_without_scripts_all_of_it_works_as_plain_pages(
    cast: Make, done: Workout, row: ExerciseInWorkout, browser: Browser, address: str
) -> None:
    window = browser.new_context(java_script_enabled=False, base_url=address)
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(cast.dana), "url": address}])
    page = window.new_page()
    page.goto(session_of(done))

    page.locator(f"#write-{row.pk}").click()
    page.get_by_label(f"Note for Pat: {row.exercise}").fill("Good\ndepth")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The note was saved.")).to_be_visible()
    expect(page.locator(f"#note-{row.pk} .okta-note-therapist")).to_contain_text("Good\ndepth")

    page.get_by_role("button", name="Hold").click()
    expect(page.locator("#okta-strip")).to_contain_text("Held · 1 note")
    page.get_by_role("link", name="Preview").click()
    expect(page.locator(".okta-phone")).to_contain_text("Good\ndepth")
    page.get_by_role("link", name="Back to the session").click()
    expect(page.locator("#okta-strip")).to_be_visible()
    window.close()
    assert text_of(row) == "Good\ndepth"
