"""Handing a batch to its transport so that what spoils it fails alone."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded

from notifications.transports.base import (
    BatchRefused,
    Outcome,
    Outgoing,
    Refused,
    Transport,
    TransportDown,
    TryAgain,
)
from okta.errors import reason

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Handed:
    """
    What became of a batch: an outcome by position for each push that got one.

    ``down`` says why the rest got none: nothing is known to have been taken, and all may be
    repeated. Without it the time was up before they were sent.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    down: TransportDown | None = None


def hand_over(transport: Transport, batch: Sequence[Outgoing], *, until: float) -> Handed:
    """
    Send up to ``transport.batch_size`` pushes, outside any transaction.

    A request that one push spoils, by what is in it or by a bug it wakes, is halved until that push
    stands alone. Nothing more is started once the monotonic clock has passed ``until``.
    """
    handed = Handed()
    _send(transport, batch, list(range(len(batch))), handed, until)
    return handed


def _send(
    transport: Transport, batch: Sequence[Outgoing], positions: Sequence[int], handed: Handed, until: float
) -> None:
    if not positions or handed.down is not None or monotonic() > until:
        return
    try:
        answered = transport.send([batch[position] for position in positions])
    except TransportDown as down:
        handed.down = down
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # a bug that one push wakes must not hold up the others
        if len(positions) > 1:
            half = len(positions) // 2
            _send(transport, batch, positions[:half], handed, until)
            _send(transport, batch, positions[half:], handed, until)
            return
        logger.warning("push %s cannot be sent: %s", batch[positions[0]].push_id, reason(error))
        spoilt = Refused(error.reason) if isinstance(error, BatchRefused) else TryAgain(reason(error))
        handed.outcomes[positions[0]] = spoilt
    else:
        handed.outcomes.update(zip(positions, answered, strict=True))
