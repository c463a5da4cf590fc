"""What sweeps, queues and kinds of work are called on the status page."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def outcome(run: LastRun, *, in_detail: bool) -> str:
    """How a run ended; what it raised, for those who can do something about it."""
    if run.ok:
        return _("well")
    return _("failed: %s") % run.failed if in_detail and run.failed else _("went wrong")
