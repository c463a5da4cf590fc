"""One attempt at a debt: settle it, or charge it for the failure."""

from feedback.actions.charge_failure import charge_failure
from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.publish_summary import publish_summary
from feedback.models import FeedbackSummary, NoteDelivery


def attempt_delivery(*, delivery_id: int, skip_locked: bool = False) -> str:
    """Deliver the notes if they are due; a failure rolls back and is charged to the delivery alone."""
    try:
        return deliver_notes(delivery_id=delivery_id, skip_locked=skip_locked)
    except Exception as error:  # Whatever it is, it must cost this row only; it is kept on the row.
        charge_failure(debt=NoteDelivery, pk=delivery_id, error=error)
        return "failed"


def attempt_summary(*, summary: FeedbackSummary, skip_locked: bool = False) -> str:
    """Publish a summary if it is due; a failure rolls back and is charged to the summary alone."""
    try:
        return publish_summary(key=summary.key, skip_locked=skip_locked)
    except Exception as error:  # As above.
        charge_failure(debt=FeedbackSummary, pk=summary.pk, error=error)
        return "failed"
