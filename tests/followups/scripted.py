"""A transport that does what a token's name says: for what no provider's fake would do."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar

from notifications.transports.base import Accepted, BatchRefused, Outcome, Outgoing, Receipt, TransportDown, TryAgain


class Scripted:
    """
    Takes everything but tokens that name another wish, and refuses those in ``once`` the first time.

    ``during`` runs once, while a batch is being sent.
    """

    batch_size = 100
    receipts_size = 100
    sent: ClassVar[list[Outgoing]] = []
    during: ClassVar[list[Callable[[], object]]] = []
    down: ClassVar[list[TransportDown]] = []
    once: ClassVar[set[str]] = set()

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        if self.down:
            raise self.down[0]
        for outgoing in batch:
            self._fail(outgoing.token)
        while self.during:
            self.during.pop()()
        outcomes = [self._outcome(outgoing) for outgoing in batch]
        self.sent.extend(
            outgoing for outgoing, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, Accepted)
        )
        return outcomes

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        return {}

    @staticmethod
    def _fail(token: str) -> None:
        if "killer" in token:
            os._exit(9)
        if "bug" in token:
            raise ZeroDivisionError
        if "spoilt" in token:
            raise BatchRefused("VALIDATION_ERROR")

    @classmethod
    def _outcome(cls, outgoing: Outgoing) -> Outcome:
        if outgoing.token in cls.once:
            cls.once.remove(outgoing.token)
            return TryAgain("MessageRateExceeded")
        if "later" in outgoing.token:
            return TryAgain("MessageRateExceeded", timedelta(minutes=7))
        return TryAgain("MessageRateExceeded") if "flaky" in outgoing.token else Accepted()
