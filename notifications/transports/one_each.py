"""For providers that take one push a request: several requests at once, within the time a batch has."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from notifications.transports.base import Outcome, TransportDown, TryAgain
from okta.errors import reason

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# A transport whose batches are no larger has a thread for each request: the slowest one ends the batch.
AT_ONCE = 16
# Seconds. Time-outs bound each step of a request; this bounds an answer that trickles.
ENDS_WITHIN = 18.0


@dataclass(frozen=True, slots=True)
class Down:
    """What befell one request says nothing about its push: no answer, or one that blames the server or our access."""

    reason: str
    after: timedelta | None = None


def ask_each(ask: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer | Down | TryAgain]:
    """
    Ask about every item at once; the answers in order.

    No answer in time is ``Down``. A bug that one item wakes is that item's ``TryAgain``: raised, it
    would have the whole batch repeated, and with it what was taken.
    """
    pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="provider")
    try:
        asked = [pool.submit(ask, item) for item in items]
        wait(asked, timeout=ENDS_WITHIN)
    finally:
        # Not waited for: the rest of a trickling answer is of no interest.
        pool.shutdown(wait=False, cancel_futures=True)
    return [_answer(one) for one in asked]


def _answer(asked: Future[Any]) -> Any:
    if not asked.done():
        return Down("out of time")
    error = asked.exception()
    if error is None:
        return asked.result()
    if isinstance(error, httpx.RequestError):
        return Down(type(error).__name__)
    logger.warning("a request to a provider failed: %s", reason(error))
    return TryAgain(reason(error))


def judge_together(answers: Sequence[Outcome | Down]) -> list[Outcome]:
    """
    Turn what befell single requests into outcomes: while others were answered, they are tried again.

    :raises TransportDown: every one of them met a provider that was down.
    """
    downs = [answer for answer in answers if isinstance(answer, Down)]
    if downs and len(downs) == len(answers):
        raise down_for_all(downs)
    return [TryAgain(answer.reason, answer.after) if isinstance(answer, Down) else answer for answer in answers]


def down_for_all(downs: Sequence[Down]) -> TransportDown:
    """One reason for all, the first; the longest wait that was asked for."""
    waits = [down.after for down in downs if down.after is not None]
    return TransportDown(downs[0].reason, max(waits, default=None))
