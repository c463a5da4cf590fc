"""A reader chooses the language in the account menu; whoever has not gets the one the browser asks for."""

import pytest
from django.test import Client

PEOPLE = "/admin/accounts/user/"
REFERER = {"Referer": f"http://testserver{PEOPLE}?q=pat"}


def language_of(client: Client, browser: str = "en") -> str:
    page = client.get(PEOPLE, headers={"Accept-Language": browser}).content.decode()
    return "ru" if '<html lang="ru"' in page else "en"


def test_without_a_choice_the_browser_is_asked(ada: Client) -> None:
    assert (language_of(ada, "ru"), language_of(ada, "en"), language_of(ada, "de")) == ("ru", "en", "en")


@pytest.mark.parametrize(("chosen", "browser"), [("ru", "en"), ("en", "ru")])
def test_a_choice_holds_whatever_the_browser_asks_for_and_stays_for_a_year(
    chosen: str, browser: str, ada: Client
) -> None:
    answer = ada.post("/admin/language/", {"language": chosen}, headers=REFERER)

    assert (answer.status_code, answer["Location"]) == (302, REFERER["Referer"])
    assert ada.cookies["django_language"]["max-age"] == 365 * 24 * 3600
    assert language_of(ada, browser) == chosen


def test_it_outlives_the_session(ada: Client) -> None:
    ada.post("/admin/language/", {"language": "ru"})
    ada.post("/admin/logout/")

    assert "Войти" in ada.get("/admin/login/").content.decode()


def test_the_menu_offers_both_in_their_own_words(ada: Client) -> None:
    page = " ".join(ada.get(PEOPLE).content.decode().split())

    assert '<button type="submit" lang="en" aria-current="true"' in page
    assert '<button type="submit" lang="ru" class=' in page
    assert "English <span" in page
    assert "Русский <span" in page


def test_a_language_we_do_not_speak_changes_nothing(ada: Client) -> None:
    ada.post("/admin/language/", {"language": "de"})

    assert language_of(ada) == "en"


def test_it_leads_to_no_other_site(ada: Client) -> None:
    answer = ada.post("/admin/language/", {"language": "ru", "next": "https://evil.example.org/"})

    assert answer["Location"] == "/"
