"""Patients open the app; some come back before their window closes, some train after all."""

from collections.abc import Sequence
from typing import Any

from bench.faults.cast import Visitor
from bench.faults.memory import remembered
from bench.faults.stories.actor import TRIES, Actor, bearer
from bench.faults.stories.workouts import UNREMARKABLE, complete

MOST_VISITS = 3


class Opener(Actor):
    """Every visitor on one day only: a day has one entrance."""

    pause = (0.0, 0.3)

    def __init__(self, *given: Any, visitors: Sequence[Visitor]) -> None:
        super().__init__(*given)
        self._left = list(visitors)
        self.chance.shuffle(self._left)
        for one in visitors:
            self.memory.note("visitors", patient=one.patient, source=one.source)

    def act(self) -> None:
        if not self._left:
            self.stopped.set()
            return
        visitor = self._left.pop()
        for _ in range(self.chance.randint(1, MOST_VISITS)):
            self._open(visitor)
            self.stopped.wait(self.chance.uniform(0, 0.8))
        if visitor.today is not None and self.chance.random() < 0.5:
            complete(self, self.memory, visitor.today, UNREMARKABLE)

    def _open(self, visitor: Visitor) -> None:
        for _ in range(TRIES):
            kept = False
            with remembered(self.memory, "visits", patient=visitor.patient) as visiting:
                kept = self.ask(visiting, "POST", "/v2/app-entrances/log", headers=bearer(visitor.token))
                visiting.learned["said"] = visiting.said["status"] if kept else None
            if kept or self.stopped.is_set():
                return
            self.wait_to_try_again()
