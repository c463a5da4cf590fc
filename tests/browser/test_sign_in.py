"""The door itself: the one test that does not come in with a session made beforehand."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.windows import Windows
from tests.make import PASSWORD, Make


@pytest.fixture(scope="module")
def ada(db: None) -> User:
    """An administrator with a password."""
    ada = Make().ada
    ada.set_password(PASSWORD)
    ada.save(update_fields=["password"])
    return ada


def test_a_person_signs_in_with_the_keyboard(ada: User, windows: Windows) -> None:
    page = windows.page("/admin/")

    page.get_by_label("E-mail").fill(ada.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_a_wrong_password_is_told_and_lets_nobody_in(ada: User, windows: Windows) -> None:
    page = windows.page("/admin/", device="phone", language="ru")

    page.get_by_label("Электронная почта").fill(ada.email)
    page.get_by_label("Пароль").fill("not this one")
    page.get_by_role("button", name="Войти").click()

    expect(page.get_by_text("Пожалуйста, введите корректные")).to_be_visible()
    assert "/admin/login/" in page.url
