"""Statuses, urgencies and outcomes as people read them; a word nobody of ours wrote is shown as it is."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.clinic_admin import badge
from followups.states import Outcome, Status, Urgency
from followups.verdicts import EMPTY, WORKER_DIED
from notifications import words

STATUS_TONES = {
    Status.SCHEDULED: "blue",
    Status.SENT: "emerald",
    Status.FAILED: "red",
}
OUTCOME_TONES = {
    Outcome.ACCEPTED: "emerald",
    Outcome.REFUSED: "red",
    Outcome.TRY_AGAIN: "orange",
    Outcome.DOWN: "orange",
    Outcome.ERROR: "red",
    Outcome.LOST: "red",
}
KNOWN_FAILURES: Final[Mapping[str, Any]] = {
    EMPTY: gettext_lazy("it says nothing"),
    WORKER_DIED: gettext_lazy("every attempt was interrupted"),
}


def status_badge(status: str) -> SafeString:
    """What became of a follow-up."""
    if status not in Status:
        return badge(status)
    known = Status(status)
    return badge(known.label, STATUS_TONES.get(known, "plain"))


def urgency_badge(urgency: str) -> SafeString:
    """How urgent a follow-up is."""
    label = Urgency(urgency).label if urgency in Urgency else urgency
    return badge(label, "orange" if urgency == Urgency.URGENT else "plain")


def outcome_badge(outcome: str) -> SafeString:
    """What came of one attempt."""
    if outcome not in Outcome:
        return badge(outcome)
    known = Outcome(outcome)
    return badge(known.label, OUTCOME_TONES.get(known, "plain"))


def failure_in_words(reason: str) -> str:
    """
    Why a follow-up did not reach anybody: what we know in our words, anything else as it was said.

    ``reason`` is its ``last_error``: a word of ours, or one that is said of pushes too.
    """
    return str(KNOWN_FAILURES[reason]) if reason in KNOWN_FAILURES else words.failure_in_words(reason)
