"""Rows that tell what delivery would have done."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models.functions import Now

from followups.models import FollowUpAttempt, FollowUpRequest
from followups.states import Channel, Outcome, Status
from okta.models import SweepRun


def ago(**age: float) -> Any:
    return Now() - timedelta(**age)


def promised(status: str = Status.SCHEDULED, **columns: Any) -> FollowUpRequest:
    """A follow-up, due a minute ago and promised an hour ago unless ``columns`` say otherwise."""
    row = FollowUpRequest(
        **{
            "conversation_id": uuid4(),
            "user_id": "7c0f",
            "display_text": "How is Sam?",
            "status": status,
            "scheduled_for": ago(minutes=1),
            "created_at": ago(hours=1),
            **columns,
        }
    )
    row.save(force_insert=True)
    row.refresh_from_db()
    return row


def tried(*outcomes: Outcome, number: int = 1, follow_up_id: UUID | None = None, **columns: Any) -> UUID:
    """One try with these outcomes, each on a device of its own, a minute ago; the follow-up's id."""
    follow_up_id = follow_up_id or uuid4()
    columns = {"channel": Channel.EXPO, "at": ago(minutes=1), **columns}
    FollowUpAttempt.objects.bulk_create(
        FollowUpAttempt(follow_up_id=follow_up_id, number=number, outcome=outcome, **columns) for outcome in outcomes
    )
    return follow_up_id


def many(outcome: Outcome, number: int, **columns: Any) -> None:
    """So many tries that came to this."""
    for _ in range(number):
        tried(outcome, **columns)


def swept(kind: str = "followups.sweep", **age: float) -> None:
    """A sweep that finished well so long ago."""
    SweepRun.objects.create(kind=kind, started_at=ago(**age), finished_at=ago(**age), ok=True, lag=timedelta(seconds=3))
