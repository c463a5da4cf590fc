"""Every page, as everybody sees it: on a phone and at a desk, in both languages, in the light and in the dark."""

from pathlib import Path

import pytest

from console import urls
from tests.browser.audits import begin_axe, end_axe, layout_troubles
from tests.browser.keyboard import keyboard_troubles
from tests.browser.pages import CONSOLE, PAGES, Page
from tests.browser.windows import Kind, Windows, settled
from tests.browser.world import World, build_world
from tests.house.console_doors import CONSOLE as DOORS

SCREENS = Path(__file__).parent / "screens"
# Each device, each language and each theme meets each of the others at least once.
KINDS = (
    Kind("desktop", "en", "light"),
    Kind("phone", "en", "dark"),
    Kind("desktop", "ru", "dark"),
    Kind("phone", "ru", "light"),
)


@pytest.fixture(scope="module")
def world(db: None) -> World:
    SCREENS.mkdir(exist_ok=True)
    return build_world()


def test_no_page_is_missing() -> None:
    parts = {door.route for door in DOORS if door.part}
    shown = {
        entry.name
        for entry in urls.urlpatterns
        if "GET" in getattr(entry.callback, "methods", ("GET",)) and f"/admin/{entry.pattern}" not in parts
    }

    assert {page.route for page in CONSOLE} == shown
    assert len({page.name for page in PAGES}) == len(PAGES), "each writes screens of its own"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_everybody_can_use_and_read(page: Page, world: World, windows: Windows) -> None:
    person = None if page.who == "nobody" else getattr(world, page.who)
    # All four at once: the browser works in one while we ask another.
    tabs = {kind: windows.tab(kind, person) for kind in KINDS}
    for tab in tabs.values():
        tab.goto(page.path(world), wait_until="commit")
    judged = [settled(tab) for kind, tab in tabs.items() if kind.language == "en" or not page.of_model]
    for tab in judged:
        begin_axe(tab)
    found = []
    for kind, tab in tabs.items():
        found += [f"{kind}: {trouble}" for trouble in layout_troubles(settled(tab))]
        tab.screenshot(
            path=SCREENS / f"{page.name}.{kind.device}.{kind.language}.jpg", full_page=True, type="jpeg", quality=80
        )
        found += [f"{kind}: {barrier}" for barrier in (end_axe(tab) if tab in judged else ())]
    found += keyboard_troubles(tabs[KINDS[0]], whole=not page.of_model)

    assert not found, f"{page.path(world)}\n" + "\n".join(found)
