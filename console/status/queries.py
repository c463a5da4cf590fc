"""What waits for its turn and what has failed for good, through the indexes of those who work on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import CharField, Count, DurationField, ExpressionWrapper, F, Max, QuerySet, Value
from django.db.models.functions import Cast, Now

from entrances.locks import overdue
from feedback.queries import dead_deliveries, dead_summaries, deliveries_due, summaries_due
from followups.models import FollowUpRequest
from followups.states import Status
from notifications.models import Push
from notifications.queries import pushes_given_up, pushes_owed
from notifications.states import PushStatus

FAILURES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Due:
    """How much of a kind is due and not done, and for how long the oldest of it."""

    number: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that nobody tries any more, or hardly ever, until a person looks at it."""

    page: str
    """The admin's name for its kind, and so for the page where it is settled."""
    pk: str
    at: datetime
    reason: str
    clinic: str | None


def due(tenant_id: int | None) -> dict[str, Due]:
    """By kind, what is due of a clinic or of all, in one query; follow-ups have measures of their own."""
    kinds = (
        ("feedback_notedelivery", deliveries_due(), "due_at", "workout__tenant"),
        ("feedback_feedbacksummary", summaries_due(), "due_at", "patient__tenant"),
        ("entrances_appentrance", overdue(), "window_ends_at", "tenant"),
        ("notifications_push", pushes_owed(), "next_attempt_at", "notification__recipient__tenant"),
    )
    first, *others = (_due(page, _of(tenant_id, rows, clinic), since) for page, rows, since, clinic in kinds)
    return {page: Due(number, oldest or timedelta(0)) for page, number, oldest in first.union(*others, all=True)}


def failures(tenant_id: int | None) -> Sequence[Failure]:
    """The last that failed for good, of a clinic or of all, the newest first, in one query."""
    follow_ups = FollowUpRequest.objects.filter(status=Status.FAILED)
    pushes = Push.objects.filter(status=PushStatus.FAILED)
    kinds: tuple[tuple[str, QuerySet[Any], str, str], ...] = (
        ("followups_followuprequest", follow_ups, "failed_at", "tenant"),
        ("feedback_notedelivery", dead_deliveries(), "dead_at", "workout__tenant"),
        ("feedback_feedbacksummary", dead_summaries(), "dead_at", "patient__tenant"),
        ("notifications_push", pushes, "settled_at", "notification__recipient__tenant"),
    )
    first, *others = (_newest(page, _of(tenant_id, rows, clinic), at, clinic) for page, rows, at, clinic in kinds)
    newest = first.union(*others, all=True).order_by("-at", "page", "row")
    return [Failure(*row) for row in newest[:FAILURES_SHOWN]]


def given_up(tenant_id: int | None) -> dict[str, int]:
    """
    By kind, how much is tried hardly ever, or no more, of a clinic or of all, in one query.

    Follow-ups have measures of their own.
    """
    kinds: tuple[tuple[str, QuerySet[Any], str], ...] = (
        ("feedback_notedelivery", dead_deliveries(), "workout__tenant"),
        ("feedback_feedbacksummary", dead_summaries(), "patient__tenant"),
        ("notifications_push", pushes_given_up(), "notification__recipient__tenant"),
    )
    first, *others = (_number(page, _of(tenant_id, rows, clinic)) for page, rows, clinic in kinds)
    return dict.fromkeys((page for page, *_ in kinds), 0) | dict(first.union(*others, all=True))


def _of(tenant_id: int | None, rows: QuerySet[Any], clinic: str) -> QuerySet[Any]:
    return rows if tenant_id is None else rows.filter(**{clinic: tenant_id})


def _due(page: str, rows: QuerySet[Any], since: str) -> QuerySet[Any]:
    late = ExpressionWrapper(Now() - F(since), output_field=DurationField())
    grouped = rows.order_by().annotate(page=Value(page)).values("page")
    counted: QuerySet[Any] = grouped.annotate(number=Count("pk"), late=Max(late))
    return counted.values_list("page", "number", "late")


def _number(page: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    grouped = rows.order_by().annotate(page=Value(page)).values("page")
    counted: QuerySet[Any] = grouped.annotate(number=Count("pk")).values_list("page", "number")
    return counted


def _newest(page: str, rows: QuerySet[Any], at: str, clinic: str) -> QuerySet[Any]:
    # Without an instant they would come first; a row of ours that failed says when.
    told = rows.filter(**{f"{at}__isnull": False}).annotate(
        page=Value(page), row=Cast("pk", CharField()), at=F(at), reason=F("last_error"), whose=F(f"{clinic}__name")
    )
    newest: QuerySet[Any] = told.order_by(f"-{at}")[:FAILURES_SHOWN]
    return newest.values_list("page", "row", "at", "reason", "whose")
