from collections.abc import Iterator
from datetime import timedelta
from typing import TypeVar

from django.db.models import DurationField, ExpressionWrapper, F, Max, QuerySet
from django.db.models.functions import Now

from feedback.actions.attempt import attempt_delivery, attempt_summary
from feedback.models import FeedbackSummary, NoteDelivery
from feedback.queries import deliveries_due, summaries_due
from okta.sweeps import Budget, Swept

Row = TypeVar("Row", FeedbackSummary, NoteDelivery)

BATCH = 200


def settle_due() -> Swept:
    """
    Attempt every summary and delivery that is due, whether or not its wake-up survived.

    Rows another worker holds are skipped, each row is attempted once a run, and a failing row costs
    only itself.
    """
    summaries, deliveries = summaries_due(), deliveries_due()
    lag = max(_lag(summaries), _lag(deliveries))
    rows, budget = 0, Budget()
    for summary in _each(summaries, budget):
        attempt_summary(summary=summary, skip_locked=True)
        rows += 1
    for delivery in _each(deliveries, budget):
        attempt_delivery(delivery_id=delivery.pk, skip_locked=True)
        rows += 1
    return Swept(rows=rows, lag=lag)


def _each(due: QuerySet[Row], budget: Budget) -> Iterator[Row]:
    """Every due row once, in batches by key, until the budget is spent."""
    last = 0
    while budget.is_left() and (batch := list(due.filter(pk__gt=last).order_by("pk")[:BATCH])):
        for row in batch:
            if budget.is_left():
                yield row
        last = batch[-1].pk


def _lag(due: QuerySet[Row]) -> timedelta:
    """How late the oldest due row is, on the database's clock."""
    late = ExpressionWrapper(Now() - F("due_at"), output_field=DurationField())
    return due.aggregate(lag=Max(late))["lag"] or timedelta(0)
