"""What deserves attention, and how long to wait. Pure: no ORM, no clock, no settings."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from feedback.states import ExerciseFlag
from workouts.rules import HIGH_EXERTION, HIGH_PAIN

ATTEMPTS_UNTIL_DEAD = 3
FIRST_RETRY = timedelta(seconds=30)
RETRY_OF_THE_DEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Felt:
    """What a patient reported about one exercise, or of a day as a whole; ``None`` was not reported."""

    pain: int | None
    exertion: int | None
    notes: str


def flags(felt: Felt) -> list[ExerciseFlag]:
    """Why an exercise is worth a therapist's attention; empty when it is not."""
    raised = []
    if felt.pain is not None and felt.pain >= HIGH_PAIN:
        raised.append(ExerciseFlag.PAIN)
    if felt.exertion is not None and felt.exertion >= HIGH_EXERTION:
        raised.append(ExerciseFlag.EXERTION)
    if felt.notes.strip():
        raised.append(ExerciseFlag.NOTES)
    return raised


def retry_after(attempts: int) -> timedelta:
    """
    How long to wait after the ``attempts``-th failure in a row.

    >>> [str(retry_after(n)) for n in (1, 2, 3)]
    ['0:00:30', '0:02:00', '1:00:00']
    """
    if attempts >= ATTEMPTS_UNTIL_DEAD:
        return RETRY_OF_THE_DEAD
    return timedelta(seconds=FIRST_RETRY.total_seconds() * 4 ** (attempts - 1))


def fingerprint(note: str) -> str:
    """
    What tells a note from every other, for a form to bring back: browsers spell line ends in their own way.

    >>> fingerprint("Rest") == fingerprint("Rest"), fingerprint("Rest") == fingerprint("Rest ")
    (True, False)
    """
    return sha256(note.encode()).hexdigest()
