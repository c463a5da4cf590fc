"""What a person does on the pages: opening them and pressing their buttons."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Tenant
from console.doors import PICKED
from messaging.models import Conversation

LIST = "/admin/conversations/"


def page_of(thread: Conversation) -> str:
    return f"{LIST}{thread.pk}/"


def pick(client: Client, clinic: Tenant) -> Client:
    """A browser in which an operator has picked this clinic."""
    session = client.session
    session[PICKED] = clinic.pk
    session.save()
    return client


def at(thread: Conversation, verb: str) -> str:
    return reverse(f"console:{verb}", args=[thread.pk])


def listed(client: Client, question: str = "") -> str:
    html: str = client.get(LIST + question).content.decode()
    return html


def thread_of(html: str) -> list[str]:
    """The lines of the thread in a page or a part of one, each with its kind: "day: …", "new: New", "mine: …"."""
    lines = [f"{kind}: {' '.join(''.join(words).split())}" for kind, words in Lines(html).found]
    # That nothing was said is said beside whatever was said, and not shown.
    return [line for line in lines if not line.startswith("nothing:")] or lines


class Lines(HTMLParser):
    """Every list item of a kind that only threads have, with its words."""

    KINDS = ("mine", "bubble", "day", "new", "earlier", "nothing")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "li":
            classes = str(dict(attrs).get("class")).split()
            kind = next((kind for kind in self.KINDS if f"okta-{kind}" in classes), None)
            if kind and not self._depth:
                self.found.append((kind, []))
            self._depth += 1 if kind or self._depth else 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.found[-1][1].append(f" {data}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "li" and self._depth:
            self._depth -= 1


class Forms(HTMLParser):
    """Every form of a page with its buttons and what it would send; buttons may stand outside their form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.buttons: list[tuple[dict[str, Any], dict[str, str | None]]] = []
        self.ids: dict[str, dict[str, Any]] = {}
        self._open: dict[str, Any] | None = None
        self._text: str | None = None
        self._loose: list[dict[str, str | None]] = []
        self.feed(html)
        for button in self._loose:
            self.buttons.append((self.ids[str(button["form"])], button))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            assert self._open is None, "a form inside a form"
            self._open = {"action": given.get("action"), "data": {}}
            self.forms.append(self._open)
            self.ids[str(given.get("id"))] = self._open
        elif tag == "button" and "form" in given:
            self._loose.append(given)
        elif self._open is None:
            return
        elif tag == "button":
            self.buttons.append((self._open, given))
        elif tag == "textarea":
            self._text = str(given["name"])
            self._open["data"][self._text] = ""
        elif tag == "input" and "name" in given and (given.get("type") != "radio" or "checked" in given):
            self._open["data"][str(given["name"])] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._text is not None and self._open is not None:
            self._open["data"][self._text] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._text = None


def press(client: Client, html: str, action: str, value: str | None = None, **typed: str) -> Any:
    """Press the one button on a page that leads to ``action``, after typing, and follow to the next page."""
    fitting = [
        (form, button)
        for form, button in Forms(html).buttons
        if (button.get("formaction") or form["action"]) == action
        and (value is None or (button.get("value") or "") == value)
        and button.get("tabindex") != "-1"
    ]
    assert len(fitting) == 1, fitting
    [(form, button)] = fitting
    data = {**form["data"], **typed}
    if button.get("name"):
        data[str(button["name"])] = button.get("value") or ""
    return client.post(action, data, follow=True)
