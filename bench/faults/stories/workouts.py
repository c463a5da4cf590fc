"""Patients complete workouts; some of them hurt."""

from collections.abc import Sequence
from typing import Any

from bench.faults.cast import Session
from bench.faults.memory import Memory, remembered
from bench.faults.stories.actor import TRIES, Actor, bearer

Felt = dict[str, Any]

# What a therapist wants to know of, and what not.
REMARKABLE: Sequence[Felt] = ({"pain": 8}, {"exertion": 10}, {"patientNotes": "It clicked."})
UNREMARKABLE: Felt = {"pain": 1, "exertion": 4}


class Trainer(Actor):
    """Every session once, however often it takes to be told so."""

    def __init__(self, *given: Any, sessions: Sequence[Session]) -> None:
        super().__init__(*given)
        self._left = list(sessions)

    def act(self) -> None:
        if not self._left:
            self.stopped.set()
            return
        felt = self.chance.choice([*REMARKABLE, UNREMARKABLE])
        complete(self, self.memory, self._left.pop(), felt)


def complete(actor: Actor, memory: Memory, session: Session, felt: Felt) -> None:
    """Complete a session with what was felt in its first exercise; asking again changes nothing."""
    body = {
        "durationMinutes": 20,
        "exercises": [{"exerciseInWorkoutId": session.exercises[0], **felt}],
    }
    known = {"workout": session.workout, "patient": session.patient, "flagged": felt != UNREMARKABLE}
    for _ in range(TRIES):
        with remembered(memory, "completions", **known) as completing:
            path = f"/v2/workouts/{session.workout}/complete"
            if actor.ask(completing, "POST", path, body, headers=bearer(session.patient_token)):
                return
        if actor.stopped.is_set():
            return
        actor.wait_to_try_again()
