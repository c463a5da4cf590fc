"""Statuses, urgencies and outcomes as people read them; a word nobody of ours wrote is shown as it is."""

from django.utils.safestring import SafeString

from accounts.clinic_admin import badge
from followups.states import Outcome, Status, Urgency

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
