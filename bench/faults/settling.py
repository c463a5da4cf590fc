"""Waiting, after the last fault, until nothing is owed to anybody."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from bench.faults.stack import WORKERS, Stack

LOOK_EVERY = 1.0
# What the product still has to do, by itself.
OWED = {
    "notes": "SELECT count(*) FROM feedback_notedelivery WHERE due_at IS NOT NULL",
    "summaries": "SELECT count(*) FROM feedback_feedbacksummary WHERE due_at IS NOT NULL",
    "visits": "SELECT count(*) FROM entrances_appentrance WHERE status = 'PENDING'",
    "follow-ups": "SELECT count(*) FROM follow_up_requests WHERE status = 'scheduled'",
    "pushes": "SELECT count(*) FROM notifications_push WHERE status = 'PENDING'",
}
# Hours of waiting for another attempt are over, for every row; so is the life of every lease.
LATER = (
    "UPDATE follow_up_requests SET next_attempt_at = now() WHERE status = 'scheduled' AND next_attempt_at > now()",
    "UPDATE follow_up_requests SET leased_until = now() WHERE lease IS NOT NULL",
    "UPDATE notifications_push SET next_attempt_at = now() WHERE status = 'PENDING' AND next_attempt_at > now()",
    "UPDATE notifications_push SET leased_until = now() WHERE lease IS NOT NULL",
    "UPDATE notifications_transportpause SET paused_until = now() WHERE paused_until > now()",
    "UPDATE feedback_notedelivery SET due_at = now() WHERE attempts > 0 AND due_at > now()",
    "UPDATE feedback_feedbacksummary SET due_at = now() WHERE attempts > 0 AND due_at > now()",
)
# Longer than a sweep that was ended with its worker stands in the way of the next.
JUMPS, A_JUMP_SECONDS = 4, 45.0


@dataclass(frozen=True, slots=True)
class Settled:
    """How long it took until nothing was owed, how often hours were skipped for that, and what is owed still."""

    seconds: float
    jumps: int
    owed: dict[str, int]


def settle(stack: Stack, *, patience: float, say: Callable[[str], None]) -> Settled:
    """
    Wait ``patience`` seconds of real time; then skip hours, as often as rows may wait for another attempt.

    Before hours are skipped the workers are started anew: whoever held a lease is not alive then.
    """
    began = time.monotonic()
    owed = wait(stack, patience, say)
    jumps = 0
    while any(owed.values()) and jumps < JUMPS:
        jumps += 1
        say(f"still owed: {told(owed)}; skipping the time they wait for another attempt")
        skip_hours(stack)
        owed = wait(stack, A_JUMP_SECONDS, say)
    return Settled(time.monotonic() - began, jumps, owed)


def wait(stack: Stack, seconds: float, say: Callable[[str], None]) -> dict[str, int]:
    """Until nothing is owed, or the time is over; returns what is owed then."""
    until = time.monotonic() + seconds
    owed = what_is_owed(stack)
    while any(owed.values()) and time.monotonic() < until:
        stack.tend(LOOK_EVERY)
        owed = what_is_owed(stack)
    return owed


def what_is_owed(stack: Stack) -> dict[str, int]:
    with psycopg.connect(stack.postgres.url) as connection:
        answer = connection.execute(f"SELECT {', '.join(f'({query})' for query in OWED.values())}").fetchone()
    return dict(zip(OWED, answer or (), strict=True))


def skip_hours(stack: Stack) -> None:
    for name in WORKERS:
        stack.end(name)
    with psycopg.connect(stack.postgres.url) as connection:
        for statement in LATER:
            connection.execute(statement)
    for name in WORKERS:
        stack.launch(name)
    stack.wait_for_all()


def told(owed: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in owed.items() if number)
