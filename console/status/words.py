"""What sweeps, queues and kinds of work are called on the status page."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from okta.sweeps import LastRun

SWEEPS: Final[dict[str, Any]] = {
    "okta.heartbeat": gettext_lazy("Heartbeat"),
    "feedback.sweep": gettext_lazy("Feedback to send"),
    "entrances.sweep": gettext_lazy("App visits to settle"),
    "followups.sweep": gettext_lazy("Follow-ups to send"),
    "followups.receipts": gettext_lazy("Receipts of follow-ups"),
    "followups.archive": gettext_lazy("Archive of follow-ups"),
    "notifications.sweep": gettext_lazy("Pushes to send"),
    "notifications.receipts": gettext_lazy("Receipts of pushes"),
}
QUEUES: Final[dict[str, Any]] = {
    "timers": gettext_lazy("Queue of wake-ups"),
    "sweeps": gettext_lazy("Queue of sweeps"),
    "default": gettext_lazy("Queue of everything else"),
}
WAITING: Final[dict[str, Any]] = {
    "followups_followuprequest": gettext_lazy("Follow-ups"),
    "feedback_notedelivery": gettext_lazy("Therapists' notes"),
    "feedback_feedbacksummary": gettext_lazy("Patients' feedback"),
    "entrances_appentrance": gettext_lazy("App visits"),
    "notifications_push": gettext_lazy("Pushes"),
}
FAILED: Final[dict[str, Any]] = {
    "followups_followuprequest": gettext_lazy("Follow-up"),
    "feedback_notedelivery": gettext_lazy("Therapist's notes"),
    "feedback_feedbacksummary": gettext_lazy("Patient's feedback"),
    "notifications_push": gettext_lazy("Push"),
}
UNSETTLED: Final[dict[str, Any]] = {
    "followups_followuprequest": ngettext_lazy(
        "%d failed follow-up waits for somebody", "%d failed follow-ups wait for somebody"
    ),
    "feedback_notedelivery": ngettext_lazy(
        "Notes on %d session do not reach the patient", "Notes on %d sessions do not reach the patients"
    ),
    "feedback_feedbacksummary": ngettext_lazy(
        "%d report of a patient does not reach the therapists", "%d reports of patients do not reach the therapists"
    ),
    "notifications_push": ngettext_lazy(
        "%d push was given up in the last 24 hours", "%d pushes were given up in the last 24 hours"
    ),
}
LISTED: Final[dict[str, str]] = {
    "followups_followuprequest": "status=failed",
    "feedback_notedelivery": "state=dead",
    "feedback_feedbacksummary": "state=dead",
    "notifications_push": "status__exact=FAILED",
}
"""By what the admin's list of a kind is narrowed to what has failed of it."""


def outcome(run: LastRun, *, in_detail: bool) -> str:
    """How a run ended; what it raised, for those who can do something about it."""
    if run.ok:
        return _("well")
    return _("failed: %s") % run.failed if in_detail and run.failed else _("went wrong")
