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

    A request that one push spoils, by what is in it or by a bug it wakes on either side, is halved
    until that push stands alone. Nothing more is started once the monotonic clock has passed ``until``.
    """
    handed = Handed()
    _Handing(transport, batch, handed, until).send(range(len(batch)))
    return handed


@dataclass(frozen=True, slots=True)
class _Handing:
    transport: Transport
    batch: Sequence[Outgoing]
    handed: Handed
    until: float

    def send(self, positions: Sequence[int]) -> None:
        down = self._ask(positions)
        if down is not None and down.over_this and len(positions) > 1:
            down = self._halve(positions)
        if down is not None:
            self.handed.down = down

    def _halve(self, positions: Sequence[int]) -> TransportDown | None:
        """
        Find what a server failed over; the reason it is down, if it fails over either half as well.

        One that took the other half is not down: what is left alone with the failure is tried again.
        """
        half = len(positions) // 2
        downs = [(part, self._ask(part)) for part in (positions[:half], positions[half:])]
        failed = [(part, down) for part, down in downs if down is not None]
        if len(failed) == 2:
            return failed[0][1]
        for part, down in failed:
            if not self.handed.outcomes:
                return down  # nobody took anything: the time was up before the other half was asked
            if len(part) == 1:
                self.handed.outcomes[part[0]] = TryAgain(down.reason, down.retry_after)
            else:
                return self._halve(part)
        return None

    def _ask(self, positions: Sequence[int]) -> TransportDown | None:
        """Send these and note what became of them; the reason the provider is down, if it is."""
        if not positions or self.handed.down is not None or monotonic() > self.until:
            return None
        try:
            answered = self.transport.send([self.batch[position] for position in positions])
        except TransportDown as down:
            return down
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # a bug that one push wakes must not hold up the others
            return self._spoilt(positions, error)
        self.handed.outcomes.update(zip(positions, answered, strict=True))
        return None

    def _spoilt(self, positions: Sequence[int], error: Exception) -> TransportDown | None:
        if len(positions) > 1:
            half = len(positions) // 2
            return self._ask(positions[:half]) or self._ask(positions[half:])
        logger.warning("push %s cannot be sent: %s", self.batch[positions[0]].push_id, reason(error))
        spoilt = Refused(error.reason) if isinstance(error, BatchRefused) else TryAgain(reason(error))
        self.handed.outcomes[positions[0]] = spoilt
        return None
