"""Statuses, urgencies and outcomes as people read them; a word nobody of ours wrote is shown as it is."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clinic_admin import badge
from followups.states import Outcome, Status, Urgency
from followups.verdicts import EMPTY, WORKER_DIED

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
# As Expo, Google, Apple and the services of browsers call what a clinician can do something about.
GONE: Final = (
    "DeviceNotRegistered", "UNREGISTERED", "BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered",
    "HTTP 410",
)  # fmt: skip
TOO_LONG: Final = ("MessageTooBig", "PayloadTooLarge", "message too large")
KNOWN_FAILURES: Final[Mapping[str, Any]] = {
    EMPTY: gettext_lazy("it says nothing"),
    WORKER_DIED: gettext_lazy("every attempt was interrupted"),
    **dict.fromkeys(GONE, gettext_lazy("the device takes no notifications from the app any more")),
    **dict.fromkeys(TOO_LONG, gettext_lazy("it is too long for a notification")),
}
AN_ERROR: Final = re.compile(r"\w+ at [\w.?]+:\d+")


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

    ``reason`` is its ``last_error``: a word of ours, what a push service answered, or the name of an error.
    """
    if reason in KNOWN_FAILURES:
        return str(KNOWN_FAILURES[reason])
    if not reason:
        return _("nobody knows why")
    if AN_ERROR.fullmatch(reason):
        return _("an error on the way: %s") % reason
    return _("the service said: %s") % reason
