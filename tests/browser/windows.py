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
    """What tells one window from another."""

    person: int | None
    device: Device
    language: Language
    scheme: Scheme


class Windows:
    """
    Windows on one web process; each is made once and keeps its cookies and its cache.

    ``troubles`` tells whatever went wrong in any of them: errors of scripts, on the console, of the server.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.troubles: list[str] = []
        self._browser = browser
        self._open: dict[Kind, BrowserContext] = {}
        self._tickets: dict[int, str] = {}

    def page(
        self,
        path: str = "",
        *,
        person: User | None = None,
        device: Device = "desktop",
        language: Language = "en",
        scheme: Scheme = "light",
    ) -> Page:
        """A tab of such a window, with a page opened in it if a path is given."""
        kind = Kind(person.pk if person else None, device, language, scheme)
        if kind not in self._open:
            self._open[kind] = self._window(kind, person)
        page = self._open[kind].new_page()
        if path:
            page.goto(path)
        return page

    def close(self) -> None:
        for window in self._open.values():
            window.close()
        self._open.clear()

    def _window(self, kind: Kind, person: User | None) -> BrowserContext:
        window = self._browser.new_context(
            **DEVICES[kind.device],
            base_url=self.address,
            locale=LOCALES[kind.language],
            color_scheme=kind.scheme,
            timezone_id="Europe/Berlin",
            # A colour that is still fading in would be judged, and shown, as it never stays.
            reduced_motion="reduce",
        )
        window.set_default_timeout(10_000)
        window.on("console", self._said)
        window.on("weberror", lambda error: self.troubles.append(f"{error.page and error.page.url}: {error.error}"))
        window.on("response", self._answered)
        if person is not None:
            ticket = self._tickets.setdefault(person.pk, signed_in(person))
            window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": ticket, "url": self.address}])
        return window

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"{message.page and message.page.url}: the console says: {message.text}")

    def _answered(self, response: Response) -> None:
        missing = response.status == 404 and f"/{settings.STATIC_URL.strip('/')}/" in response.url
        if response.status >= 500 or missing:
            self.troubles.append(f"{response.url} answered {response.status}")


def signed_in(person: User) -> str:
    """The session of a person who signed in just now: what the form would leave in a cookie."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
