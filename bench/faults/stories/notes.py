"""Therapists write notes, in bursts, and over what they wrote before."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from bench.faults.cast import Session
from bench.faults.memory import remembered
from bench.faults.stories.actor import TRIES, Actor, bearer

LONGEST_BURST = 6
# A single save just when the quiet period ends is one that could get lost.
COMES_BACK, AROUND_THE_END = 0.8, (0.0, 2.0)


class Therapist(Actor):
    """Nobody else writes on these sessions, so what was saved last is known."""

    def __init__(self, *given: Any, sessions: Sequence[Session], quiet: float) -> None:
        super().__init__(*given)
        self._sessions = sessions
        self._quiet = quiet
        self._numbers = count(1)

    def act(self) -> None:
        session = self.chance.choice(self._sessions)
        for _ in range(self.chance.randint(1, LONGEST_BURST)):
            self._write(session)
            self.stopped.wait(self.chance.uniform(0, 0.4))
        if self.chance.random() < COMES_BACK:
            self.stopped.wait(self._quiet + self.chance.uniform(*AROUND_THE_END))
            self._write(session)

    def _write(self, session: Session) -> None:
        # Now and then a note is taken back.
        note = f"Slower, {next(self._numbers)}" if self.chance.random() > 0.05 else ""
        self._save(session, self.chance.choice(session.exercises), note)

    def _save(self, session: Session, exercise: int, note: str) -> None:
        path = f"/v2/exercises/exercises-in-workout/{exercise}/doctor-post-notes"
        for _ in range(TRIES):
            with remembered(self.memory, "saves", workout=session.workout, exercise=exercise, note=note) as saving:
                headers = bearer(session.doctor_token)
                if self.ask(saving, "PATCH", path, {"doctorNotesPostExercise": note}, headers=headers):
                    return
            if self.stopped.is_set():
                return
            self.wait_to_try_again()
