"""A transport for development: says which push it was given, and sends nothing."""

import logging
from collections.abc import Sequence

from notifications.transports.base import Accepted, Outcome, Outgoing, Receipt

logger = logging.getLogger(__name__)


class ConsoleTransport:
    """Writes one line for each push, with its id and without its text."""

    batch_size = 500
    receipts_size = 500

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        for outgoing in batch:
            logger.info("push %s, collapse id %s", outgoing.push_id, outgoing.collapse_id)
        return [Accepted() for _ in batch]

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        return {}
