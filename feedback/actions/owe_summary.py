"""Recording, in the transaction of what a patient said, that the therapists are owed it."""

from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Now

from accounts.models import User
from feedback.cards import answer_key, summary_key
from feedback.models import FeedbackSummary
from workouts.models import Workout


@dataclass(frozen=True, slots=True)
class Words:
    """What a patient says of a day as a whole; None and blank: not said."""

    pain: int | None = None
    note: str = ""

    @property
    def said_anything(self) -> bool:
        """Whether there is a value or a word in it."""
        return self.pain is not None or bool(self.note.strip())


NOTHING_SAID = Words()


def owe_summary(*, workout: Workout, words: Words = NOTHING_SAID) -> str:
    """
    Record, in the completion's own transaction, that the therapists are owed a summary; return its key.

    Whatever happens after that transaction, the sweep finds this row. Owing twice is owing once.
    """
    return _owe(
        FeedbackSummary(key=summary_key(workout.pk), patient_id=workout.patient_id, workout=workout, day=workout.day),
        words,
    )


def owe_answer(*, patient: User, day: date, entrance_id: int, words: Words) -> str:
    """Record that the therapists are owed what a patient said of a day without a workout; return its key."""
    return _owe(FeedbackSummary(key=answer_key(entrance_id), patient=patient, day=day), words)


def _owe(summary: FeedbackSummary, words: Words) -> str:
    summary.due_at, summary.pain, summary.note = Now(), words.pain, words.note
    FeedbackSummary.objects.bulk_create([summary], ignore_conflicts=True)
    return summary.key
