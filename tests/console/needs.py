"""What there is to see on today's page, made as it comes to be; and the page as a person reads it."""

from collections import defaultdict
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from accounts.models import User
from feedback.actions.owe_summary import Words, owe_answer, owe_summary
from feedback.actions.publish_summary import publish_summary
from messaging.models import Message
from tests.make import NOON, Make
from workouts.models import Exercise, ExerciseInWorkout

TODAY_PAGE = "/admin/today/"
NOW = "/admin/today/now/"


def reported(
    make: Make, *felt: dict[str, Any], patient: User | None = None, at: datetime = NOON, **fields: Any
) -> Message:
    """A patient completes a workout with something to tell of its first exercises; the card that their doctors get."""
    workout = make.workout(patient=patient, completed_at=at, exercises=max(len(felt), 1), **fields)
    for position, said in enumerate(felt, 1):
        row = ExerciseInWorkout.objects.filter(workout=workout, position=position)
        row.update(**said)
        Exercise.objects.filter(pk__in=row.values("exercise")).update(name=f"Move {position} of {workout.pk}")
    return _published(owe_summary(workout=workout), at)


def answered(make: Make, *, at: datetime = NOON, **said: Any) -> Message:
    """Pat says something about a day without a workout."""
    entrance = make.entrance(make.pat)
    words = Words(**said)
    return _published(owe_answer(patient=make.pat, day=NOON.date(), entrance_id=entrance.pk, words=words), at)


def _published(key: str, at: datetime) -> Message:
    publish_summary(key=key)
    Message.objects.filter(card_key=key).update(created_at=at)
    return Message.objects.get(card_key=key)


class _Reader(HTMLParser):
    """The lines of every section, each as one text; what only screen readers hear is in parentheses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = defaultdict(list)
        self._section = ""
        self._depth = 0
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._section = str(given.get("aria-labelledby") or given.get("aria-label")).removeprefix("okta-")
            self.sections[self._section] = []
        if "okta-need" in (given.get("class") or "").split():
            self.sections[self._section].append("")
            self._depth = 0
        if tag == "li":
            self._depth += 1
        if (tag == "span" and "hidden" in given) or (tag == "span" and self._hidden):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "li":
            self._depth -= 1
        if tag == "span" and self._hidden:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        lines = self.sections.get(self._section)
        if lines and self._depth and not self._hidden:
            lines[-1] = f"{lines[-1]} {data}"


def lines_of(html: str) -> dict[str, list[str]]:
    """What is said in each section, line by line; nothing in those that are not there."""
    said = {name: [" ".join(line.split()) for line in lines] for name, lines in _Reader(html).sections.items()}
    return defaultdict(list, said)


def needs(client: Client, question: str = "") -> dict[str, list[str]]:
    """What the page of today says to this browser's person."""
    return lines_of(client.get(TODAY_PAGE + question).content.decode())


def who(lines: list[str]) -> list[str]:
    """The first names in these lines."""
    return [line.split()[0] for line in lines]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
