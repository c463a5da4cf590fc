"""The product's guarantees, each with the change that takes it out of a worker of ours; never of the product."""

import time
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from django.db.models.functions import Now

from entrances import locks as entrance_locks
from entrances.actions import finalize
from entrances.models import AppEntrance
from entrances.states import Status
from feedback.actions import deliver_notes
from feedback.models import NoteDelivery
from followups import locks as followup_locks
from followups.actions import deliver_due, settle
from notifications.actions.notify import notify

LONGER_SECONDS = 0.5


def slow_down() -> None:
    """Lengthen what happens between reading and settling, in every story."""
    for module, name in ((deliver_notes, "_deliver"), (deliver_due, "send"), (finalize, "evidence_of")):
        replace(module, name, slowly(getattr(module, name)))


def slowly(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same step, which takes a while longer to say that it is done."""

    @wraps(step)
    def slowed(*args: Any, **kwargs: Any) -> Any:
        answer = step(*args, **kwargs)
        time.sleep(LONGER_SECONDS)
        return answer

    return slowed


def no_lock() -> None:
    """Notes are delivered without holding their debt: a save in between is forgotten."""

    def unlocked(delivery_id: int, *, skip_locked: bool = False) -> NoteDelivery | None:
        return NoteDelivery.objects.filter(pk=delivery_id, due_at__lte=Now(), held_at=None).first()

    replace(deliver_notes, "lock_due_delivery", unlocked)


def no_rev() -> None:
    """A push about notes is known by the session alone: the second counts as told."""

    def without_rev(*, key: str, **given: Any) -> int:
        return notify(key=key.rpartition(":")[0], **given)

    replace(deliver_notes, "notify", without_rev)


def no_lease() -> None:
    """Follow-ups that somebody is sending may be taken by anybody, and settled by anybody."""
    replace(followup_locks, "CLAIM", without(followup_locks.CLAIM, "AND r.lease IS NULL"))
    replace(settle, "SETTLE", without(settle.SETTLE, "row.lease = %(lease)s AND "))


def no_window() -> None:
    """Entrances are settled whether or not their window has closed."""
    replace(entrance_locks, "overdue", lambda: AppEntrance.objects.filter(status=Status.PENDING))


def replace(module: ModuleType, name: str, other: Any) -> None:
    """Put something else in the place of what a module calls by this name; it has to be there."""
    getattr(module, name)
    setattr(module, name, other)


def without(sql: str, condition: str) -> str:
    """The statement without one condition; raises ValueError when it is not there, for then nothing is broken."""
    if condition not in sql:
        raise ValueError(f"{condition!r} is not there to be taken out")
    return sql.replace(condition, "")


GUARANTEES: dict[str, Callable[[], None]] = {"lease": no_lease, "lock": no_lock, "rev": no_rev, "window": no_window}


def take_out(name: str) -> None:
    """Break one guarantee for as long as this process lives; ``nothing`` breaks none."""
    if name != "nothing":
        GUARANTEES[name]()
