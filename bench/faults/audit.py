"""
The questions put to the database when everything is over.

Each statement returns one text for each broken promise, and nothing when all were kept. It sees the
product's own tables and, beside them, what the harness remembers (``memory.py``). ``:quiet`` and its
like are the run's own numbers, in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.faults.stack import LONGEST_WAIT_SECONDS, QUIET_SECONDS, WINDOW_SECONDS

QUESTIONS = Path(__file__).with_name("questions")
NUMBERS = {":quiet": QUIET_SECONDS, ":longest": LONGEST_WAIT_SECONDS, ":window": WINDOW_SECONDS}


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, and how it was broken, if it was."""

    story: str
    promise: str
    broken: list[str]

    @property
    def is_kept(self) -> bool:
        return not self.broken


def audit(connection: psycopg.Connection[Any], surprises: Sequence[str]) -> list[Finding]:
    """Ask everything; in the order of the files and of the questions in them."""
    return [
        Finding("all", "no right request is refused", list(surprises)),
        *(
            Finding(path.stem, promise, ask(connection, question))
            for path in sorted(QUESTIONS.glob("*.sql"))
            for promise, question in questions(path)
        ),
    ]


def questions(path: Path) -> list[tuple[str, str]]:
    """The file's statements, each after a line ``-- the promise``."""
    parts = path.read_text().split("\n-- promise: ")[1:]
    return [(promise.strip(), question) for promise, _, question in (part.partition("\n") for part in parts)]


def ask(connection: psycopg.Connection[Any], question: str) -> list[str]:
    for name, number in NUMBERS.items():
        question = question.replace(name, str(number))
    # Without parameters: a % in it is its own.
    return [str(row[0]) for row in connection.execute(question).fetchall()]
