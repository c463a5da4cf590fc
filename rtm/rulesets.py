"""
The codes and their thresholds, as data: dated, and with their source.

What is billed is judged by the rules in force when the service is complete: a window by those of
its last day, a month by those of its last day, the set-up by those of the day it was reached.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

WINDOW_DAYS: Final = 30
"""The length of a window of device supply; windows follow each other without a gap."""

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class DayBand:
    """A code for ``least`` to ``most`` distinct days of data in one window."""

    code: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class TimeStep:
    """A code for whole ``seconds`` of management time in one calendar month."""

    code: str
    seconds: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What supports which code from a day on, until the next set comes into force."""

    name: str
    source: str
    in_force_from: date
    setup: DayBand
    """Once per episode."""
    supply: tuple[DayBand, ...]
    """At most one per window."""
    short: TimeStep | None
    """Instead of ``first``, for a month that does not reach it."""
    first: TimeStep
    further: TimeStep
    """Once more for each further full step after ``first``."""
    live_contacts: int = 1
    """The least live contacts in a month of management; a written message is none."""


RULE_SETS: Final = (
    RuleSet(
        name="2022",
        source="CMS, CY 2022 Physician Fee Schedule final rule (86 FR 64996); CPT 2022",
        in_force_from=date(2022, 1, 1),
        setup=DayBand("98975", 16, WINDOW_DAYS),
        supply=(DayBand("98977", 16, WINDOW_DAYS),),
        short=None,
        first=TimeStep("98980", 20 * MINUTE),
        further=TimeStep("98981", 20 * MINUTE),
    ),
    RuleSet(
        name="2026",
        source="CMS, CY 2026 Physician Fee Schedule final rule; CR 14250 (MM14250); CPT 2026",
        in_force_from=date(2026, 1, 1),
        setup=DayBand("98975", 2, WINDOW_DAYS),
        supply=(DayBand("98985", 2, 15), DayBand("98977", 16, WINDOW_DAYS)),
        short=TimeStep("98979", 10 * MINUTE),
        first=TimeStep("98980", 20 * MINUTE),
        further=TimeStep("98981", 20 * MINUTE),
    ),
)


def in_force(day: date) -> RuleSet | None:
    """The rules of a day; None before there were any."""
    begun = [rules for rules in RULE_SETS if rules.in_force_from <= day]
    return max(begun, key=lambda rules: rules.in_force_from, default=None)
