from datetime import datetime

from entrances.actions.finalize import attempt_finalization, finalize_batch
from entrances.locks import overdue
from entrances.queries import lag
from okta.sweeps import Budget, Swept

BATCH = 500


def settle_overdue(*, now: datetime) -> Swept:
    """
    Settle every overdue entrance, whether or not its wake-up survived.

    Batches of a transaction each; where a batch fails, its rows are tried one by one, so that a
    failing row costs only itself. Each row is tried once a run.
    """
    late, rows, last, budget = lag(), 0, 0, Budget()
    while budget.is_left():
        batch = list(overdue().filter(pk__gt=last).order_by("pk").values_list("pk", "patient")[:BATCH])
        if not batch:
            break
        rows += _settle(batch, now)
        last = batch[-1][0]
    return Swept(rows=rows, lag=late)


def _settle(batch: list[tuple[int, int]], now: datetime) -> int:
    try:
        return finalize_batch(patient_ids=sorted({patient for _, patient in batch}), now=now)
    except Exception:  # Which row it was is found out, and written on it, by trying each alone.
        return sum(attempt_finalization(entrance_id=pk, now=now) != "failed" for pk, _ in batch)
