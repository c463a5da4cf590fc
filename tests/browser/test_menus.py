"""What opens on a page: by the keyboard, for everybody, and closed again where it was opened."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import CareLink, User
from tests.admin.conftest import page as model_page
from tests.browser.audits import barriers, layout_troubles
from tests.browser.keyboard import keyboard_troubles
from tests.browser.windows import Device, Windows
from tests.browser.world import World, build_world


@dataclass(frozen=True)
class Opener:
    """A button that opens something, and what is then to be seen."""

    button: str
    opened: str
    device: Device = "desktop"


SHUT_BY_ESCAPE = {
    "the account's menu": Opener("#okta-account", "#okta-account-menu"),
    "the menu of a phone": Opener("#okta-menu", "#nav-sidebar", "phone"),
    "the account's menu of a phone": Opener("#okta-account", "#okta-account-menu", "phone"),
    "the filters": Opener("#okta-filters", "#changelist-filter"),
    "the filters of a phone": Opener("#okta-filters", "#changelist-filter", "phone"),
}


@pytest.fixture(scope="module")
def world(db: None) -> World:
    return build_world()


def opened(windows: Windows, world: World, what: Opener, **kind: Any) -> Page:
    page = windows.page(model_page(User, "changelist"), person=world.ada, device=what.device, **kind)
    if what.device == "phone" and what.button == "#okta-account":
        page.locator("#okta-menu").press("Enter")
    page.locator(what.button).press("Enter")
    expect(page.locator(what.opened)).to_be_visible()
    return page


@pytest.mark.parametrize("what", SHUT_BY_ESCAPE.values(), ids=SHUT_BY_ESCAPE)
def test_it_is_opened_and_shut_by_keys(what: Opener, world: World, windows: Windows) -> None:
    page = opened(windows, world, what)
    expect(page.locator(what.button)).to_have_attribute("aria-expanded", "true")

    page.keyboard.press("Escape")

    expect(page.locator(what.opened)).to_be_hidden()
    expect(page.locator(what.button)).to_have_attribute("aria-expanded", "false")
    expect(page.locator(what.button)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", SHUT_BY_ESCAPE.values(), ids=SHUT_BY_ESCAPE)
def test_everybody_can_use_what_is_open(what: Opener, scheme: str, world: World, windows: Windows) -> None:
    page = opened(windows, world, what, scheme=scheme, language="ru")

    assert [*barriers(page), *layout_troubles(page)] == []


def test_the_filters_are_where_the_keyboard_goes(world: World, windows: Windows) -> None:
    page = opened(windows, world, SHUT_BY_ESCAPE["the filters"])

    assert page.evaluate("document.activeElement.closest('#changelist-filter') !== null")


def test_the_link_past_the_menu_leads_past_it(world: World, windows: Windows) -> None:
    page = windows.page(model_page(User, "changelist"), person=world.ada)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_person_is_chosen_by_keys_from_a_list_with_a_name(world: World, windows: Windows) -> None:
    page = windows.page(model_page(CareLink, "add"), person=world.ada)
    choice = page.get_by_role("combobox", name="Patient")

    choice.press("Enter")
    page.keyboard.type("Прео")
    # One line may also be the one that says that the search goes on.
    expect(page.get_by_role("option")).to_have_text([re.compile("Преображенский")])
    troubles = [*barriers(page), *layout_troubles(page)]
    page.keyboard.press("Enter")

    expect(choice).to_contain_text("Преображенский")
    assert troubles == []


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_what_can_be_done_with_chosen_rows_is_for_everybody(device: Device, world: World, windows: Windows) -> None:
    page = windows.page(model_page(CareLink, "changelist"), person=world.ada, device=device)

    page.locator(".action-select").first.press("Space")
    expect(page.locator(".changelist-actions")).to_be_visible()

    assert [*barriers(page), *layout_troubles(page), *keyboard_troubles(page)] == []


def test_the_colours_are_chosen_by_keys_and_kept(world: World, windows: Windows) -> None:
    page = windows.page("/admin/login/", device="phone")

    page.get_by_role("button", name="Colours").press("Enter")
    troubles = [*barriers(page), *layout_troubles(page)]
    page.get_by_role("button", name="Dark").press("Enter")
    page.reload()

    expect(page.locator("html.dark")).to_have_count(1)
    assert troubles == []


def test_a_reader_takes_the_other_language_and_signs_out(world: World, windows: Windows) -> None:
    page = opened(windows, world, SHUT_BY_ESCAPE["the account's menu"])

    page.get_by_role("button", name="Русский").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.locator("#okta-account").press("Enter")
    page.get_by_role("button", name="Выйти").press("Enter")

    page.goto("/admin/")
    expect(page.get_by_label("Пароль")).to_be_visible()
