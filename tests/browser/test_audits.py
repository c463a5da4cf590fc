"""The audits find what is wrong with a page that is broken on purpose, and nothing on one that is whole."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.audits import barriers, layout_troubles
from tests.browser.keyboard import keyboard_troubles

WHOLE = """<!doctype html><html lang="en"><title>Fine</title><meta name="viewport" content="width=device-width">
<style>body {{ font: 16px sans-serif; background: #fff; color: #111 }}</style><main><h1>Fine</h1>{}</main></html>"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield page
    page.close()


def show(page: Page, inside: str) -> Page:
    page.set_content(WHOLE.format(inside))
    return page


BROKEN = {
    "a box wider than the window": (
        '<p style="position: absolute; left: 0; width: 500px">Wide</p>',
        "the page scrolls sideways: 11",
    ),
    "a word that reaches beyond the window": (
        '<p style="margin-left: 370px; width: 15px">Antidisestablishmentarianism</p>',
        "outside the window: “Antidisestablishmentarianism” in main > p, 378–",
    ),
    "a line with an ellipsis": (
        '<p id="p" style="width: 40px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">Not whole</p>',
        "cut off: “Not whole” in p#p, by p#p",
    ),
    "a box that is too low": (
        '<div id="d" style="height: 20px; overflow: hidden">One line<br>and one that nobody sees</div>',
        "cut off: “and one that nobody sees” in div#d, by div#d",
    ),
    "a choice that shows three letters": (
        '<label>Zone <select id="s" style="width: 60px"><option>America/New_York</select></label>',
        "cut off: “America/New_York” in select#s, ",
    ),
    "text over text": (
        '<p id="a">Over here</p><p id="b" style="margin-top: -34px">Under here</p>',
        "overlapping: “Over here” in p#a and “Under here” in p#b",
    ),
    "a button over text": (
        '<p id="a">Press</p><button id="b" style="margin-top: -34px; display: block">Me</button>',
        "overlapping: “Press” in p#a and button#b in button#b",
    ),
    "small print": ('<p id="a" style="font-size: 9px">Small print</p>', "too small: “Small print” in p#a, 9 px"),
}
READABLE = {
    "a paragraph": "<p>" + "A paragraph that is longer than one line of a phone is. " * 5 + "</p>",
    "a box that scrolls": (
        '<div style="overflow-x: auto" tabindex="0" role="group" aria-label="Wide">'
        '<p style="width: 900px">Wide</p></div>'
    ),
    "closed details": "<details><summary>More</summary><p>Less</p></details>",
    "words for screen readers": (
        '<span style="position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)">Read</span>'
    ),
    "a link that floats": '<a href="/" style="position: fixed; top: 0">Above all</a>',
}


@pytest.mark.parametrize(("inside", "trouble"), BROKEN.values(), ids=BROKEN)
def test_a_broken_layout_is_told(phone: Page, inside: str, trouble: str) -> None:
    troubles = layout_troubles(show(phone, inside))

    # How wide a word is depends on the letters that the machine has.
    assert [told for told in troubles if told.startswith(trouble)] != [], troubles


@pytest.mark.parametrize("inside", READABLE.values(), ids=READABLE)
def test_a_page_that_can_be_read_is_left_alone(phone: Page, inside: str) -> None:
    assert layout_troubles(show(phone, inside)) == []
    assert barriers(phone) == []
    assert keyboard_troubles(phone) == []


BARRIERS = {
    "color-contrast": '<p style="color: #aaa">Pale</p>',
    "label": '<input name="q">',
    "heading-order": "<h3>Too deep</h3>",
    "target-size": '<a href="/a" style="font-size: 8px">a</a><br><a href="/b" style="font-size: 8px">b</a>',
}


@pytest.mark.parametrize(("rule", "inside"), BARRIERS.items(), ids=BARRIERS)
def test_a_barrier_is_told(phone: Page, rule: str, inside: str) -> None:
    told = barriers(show(phone, inside))

    assert {line.split()[0] for line in told} == {rule}


def test_a_barrier_is_told_with_its_place_and_the_way_out(phone: Page) -> None:
    [told] = barriers(show(phone, '<p id="pale" style="color: #aaa">Pale</p>'))

    assert told.splitlines()[:4] == [
        "color-contrast (serious): Elements must meet minimum color contrast ratio thresholds",
        "  at #pale",
        '  <p id="pale" style="color: #aaa">Pale</p>',
        "  Fix any of the following:",
    ]
    assert "Expected contrast ratio of 4.5:1" in told


OUT_OF_REACH = {
    "a box for a mouse": (
        '<span style="cursor: pointer">Open</span>',
        "only a mouse can press span “Open”",
    ),
    "a link whose outline was taken away": (
        '<a id="a" href="/" style="outline: none">On</a>',
        "the keyboard is not seen at a#a “On”",
    ),
    "a field that pushes in": (
        '<button id="a">First</button><button id="b" tabindex="3">Second</button>',
        "out of turn, by its tabindex: button#b “Second”",
    ),
    "a field that lets nobody go": (
        '<input id="a" aria-label="Stay"><a href="/">On</a>'
        "<script>a.addEventListener('keydown', event => event.key === 'Tab' && event.preventDefault())</script>",
        "no Tab leads to a “On”",
    ),
    "a button under a box": (
        '<button id="a">Under</button><div style="position: fixed; inset: 0; background: #fff">Over</div>',
        "the keyboard is behind something at button#a “Under”",
    ),
}


@pytest.mark.parametrize(("inside", "trouble"), OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_what_a_keyboard_does_not_reach_is_told(phone: Page, inside: str, trouble: str) -> None:
    assert trouble in keyboard_troubles(show(phone, inside))


def test_a_keyboard_goes_through_a_whole_form(phone: Page) -> None:
    show(
        phone,
        """<a href="/">Back</a><form><label>When <input type="datetime-local"></label>
        <label><input type="radio" name="r"> One</label><label><input type="radio" name="r" checked> Two</label>
        <details><summary>More</summary><input aria-label="Not yet"></details><button>Save</button></form>""",
    )

    assert keyboard_troubles(phone) == []
