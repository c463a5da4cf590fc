"""The switches of a clinic, by keyboard alone and without a script."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from accounts.models import FlagChange, TenantSettings, User
from tests.admin.conftest import page as model_page
from tests.browser.windows import Windows, signed_in
from tests.make import Make


@pytest.fixture(scope="module")
def ada(db: None) -> User:
    return Make().ada


@pytest.fixture
def without_scripts(browser: Browser, address: str, ada: User) -> Iterator[Page]:
    window = browser.new_context(base_url=address, java_script_enabled=False, locale="en-US")
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(ada), "url": address}])
    yield window.new_page()
    window.close()


def where(ada: User) -> str:
    return model_page(TenantSettings, "change", ada.tenant_id)


def test_a_feature_is_switched_by_keyboard_alone(ada: User, windows: Windows) -> None:
    page = windows.page(where(ada), person=ada)
    switch = page.get_by_role("switch", name="Discreet notifications")
    while not switch.evaluate("element => element === document.activeElement"):
        page.keyboard.press("Tab")

    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Discreet notifications: switched on")).to_be_visible()
    expect(page.get_by_text("Switched on by Ada King")).to_be_visible()
    assert FlagChange.objects.values_list("key", "on", "by").get() == ("discreetPush", True, ada.pk)


def test_without_scripts_a_switch_says_how_it_stands_before_and_after_it_is_saved(
    ada: User, without_scripts: Page
) -> None:
    page = without_scripts
    page.goto(where(ada))
    row = page.get_by_role("listitem").filter(has_text="RTM billing dashboard")
    expect(row.get_by_text("Off", exact=True)).to_be_visible()

    row.get_by_role("switch").check()

    expect(row.get_by_text("On", exact=True)).to_be_visible()
    expect(row.get_by_text("Off", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("RTM billing dashboard: switched on")).to_be_visible()
    expect(row.get_by_text("Switched on by Ada King")).to_be_visible()
