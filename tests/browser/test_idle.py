"""Whoever leaves a screen alone is warned, may stay, and is signed out otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Page, expect

from accounts.idle.activity import SEEN_AT
from accounts.models import User
from okta import clock
from tests.admin.conftest import page as model_page
from tests.browser.audits import barriers, layout_troubles
from tests.browser.keyboard import keyboard_troubles
from tests.browser.windows import Device, Language, Scheme, Windows
from tests.live import Live
from tests.make import Make

LIMIT = 12
"""Seconds; a warning comes after half of them."""


@pytest.fixture(scope="module")
def ada(db: None) -> User:
    return Make().ada


@pytest.fixture(scope="module")
def impatient(ada: User, browser: Browser, tmp_path_factory: Any) -> Iterator[str]:
    """A web process that signs people out after some seconds."""
    logs: Path = tmp_path_factory.mktemp("impatient")
    live = Live(logs, IDLE_SIGN_OUT=str(LIMIT))
    yield str(live.web().base_url)
    live.stop()


@pytest.fixture
def hasty(browser: Browser, impatient: str) -> Iterator[Windows]:
    """Windows before it, in which nothing may go wrong."""
    windows = Windows(browser, impatient)
    yield windows
    windows.close()
    assert windows.troubles == []


def leave_alone(page: Page, *, left: int) -> None:
    """As if nobody had done anything until so many seconds are left; the page asks as when it comes into sight."""
    [ticket] = [
        str(cookie["value"]) for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME
    ]
    session = SessionStore(ticket)
    session[SEEN_AT] = int((clock.now() - settings.IDLE_SIGN_OUT).timestamp()) + left
    session.save()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_who_stays_is_kept_and_who_does_nothing_is_signed_out(ada: User, hasty: Windows) -> None:
    page = hasty.page(model_page(User, "changelist"), person=ada)
    warning = page.get_by_role("alertdialog", name="Are you still there?")

    expect(warning).to_be_visible(timeout=LIMIT * 1000)
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    expect(warning).to_be_visible(timeout=LIMIT * 1000)
    page.wait_for_url("**/admin/login/**", timeout=LIMIT * 1000)
    expect(page.get_by_text(f"You were signed out after {LIMIT} seconds without activity.")).to_be_visible()
    page.go_back()
    assert "/admin/login/" in page.url


@pytest.mark.parametrize(
    ("device", "language", "scheme"), [("phone", "ru", "light"), ("phone", "en", "dark"), ("desktop", "ru", "dark")]
)
def test_the_warning_is_for_everybody(
    device: Device, language: Language, scheme: Scheme, ada: User, windows: Windows
) -> None:
    page = windows.page(model_page(User, "changelist"), person=ada, device=device, language=language, scheme=scheme)

    leave_alone(page, left=50)
    expect(page.get_by_role("alertdialog")).to_be_visible()

    assert [*barriers(page), *layout_troubles(page), *keyboard_troubles(page)] == []


def test_escape_stays_too(ada: User, windows: Windows) -> None:
    page = windows.page(model_page(User, "changelist"), person=ada)
    leave_alone(page, left=50)
    expect(page.get_by_role("alertdialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("alertdialog")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("People")


def test_what_is_signed_out_elsewhere_is_left_at_once(ada: User, windows: Windows) -> None:
    page = windows.page(model_page(User, "changelist"), person=ada, scheme="dark")

    leave_alone(page, left=-1)

    page.wait_for_url("**/admin/login/**")
    expect(page.get_by_label("Password")).to_be_visible()
