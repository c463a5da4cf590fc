"""Browser windows as clinicians have them: a phone or a desk, a language, light or dark, signed in or not."""

from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from accounts.models import User

Device = Literal["phone", "desktop"]
Language = Literal["en", "ru"]
Scheme = Literal["light", "dark"]

DEVICES: dict[Device, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
LOCALES: dict[Language, str] = {"en": "en-US", "ru": "ru-RU"}
BACKEND = f"{ModelBackend.__module__}.{ModelBackend.__qualname__}"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a window is like."""

    device: Device = "desktop"
    language: Language = "en"
    scheme: Scheme = "light"

    def __str__(self) -> str:
        return f"{self.device} {self.language} {self.scheme}"


class Windows:
    """
    Windows on one web process; a person has one of each kind, with its cookies and its cache.

    ``troubles`` tells whatever went wrong in any of them: errors of scripts, on the console, of the server.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.troubles: list[str] = []
        self._browser = browser
        self._windows: dict[tuple[Kind, int | None], BrowserContext] = {}
        self._tickets: dict[int, str] = {}

    def page(self, path: str, *, person: User | None = None, **kind: Any) -> Page:
        """A new tab with a page in it; ``kind`` says in which window."""
        page = self._window(Kind(**kind), person).new_page()
        page.goto(path)
        return settled(page)

    def tab(self, kind: Kind, person: User | None) -> Page:
        """The first tab of a window, for many pages one after the other."""
        window = self._window(kind, person)
        return window.pages[0] if window.pages else window.new_page()

    def close(self) -> None:
        for window in self._windows.values():
            window.close()
        self._windows.clear()

    def _window(self, kind: Kind, person: User | None) -> BrowserContext:
        key = (kind, person.pk if person else None)
        if key not in self._windows:
            self._windows[key] = self._new_window(kind, person)
        return self._windows[key]

    def _new_window(self, kind: Kind, person: User | None) -> BrowserContext:
        window = self._browser.new_context(
            **DEVICES[kind.device],
            base_url=self.address,
            locale=LOCALES[kind.language],
            color_scheme=kind.scheme,
            timezone_id="Europe/Berlin",
            # A colour that is still fading in would be judged, and shown, as it never stays.
            reduced_motion="reduce",
        )
        window.set_default_timeout(20_000)
        window.on("console", self._said)
        window.on("weberror", lambda error: self.troubles.append(f"{error.page and error.page.url}: {error.error}"))
        window.on("response", self._answered)
        if person is not None:
            ticket = self._tickets.setdefault(person.pk, signed_in(person))
            window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": ticket, "url": self.address}])
        return window

    def _said(self, message: ConsoleMessage) -> None:
        # What could not be loaded is judged by its answer.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"{message.page and message.page.url}: the console says: {message.text}")

    def _answered(self, response: Response) -> None:
        # A person may ask for a page that is not theirs; what a page asks for has to be there.
        refused = response.status >= 400 and not response.request.is_navigation_request()
        if response.status >= 500 or refused:
            self.troubles.append(f"{response.url} answered {response.status}")


def settled(page: Page) -> Page:
    """The page when it looks as it stays: fonts are there, and the theme has shown what it hides at first."""
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status === 'loaded' && !document.documentElement.hasAttribute('x-cloak')")
    return page


def signed_in(person: User) -> str:
    """The session of a person who signed in just now: what the form would leave in a cookie."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
