"""What a measure finds: samples of one figure, and whether their median keeps its target."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

# One side of a comparison: prepares untimed, then returns what it took, in seconds or in pieces.
Way = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the median ought to be."""

    at_least: float = float("-inf")
    at_most: float = float("inf")

    def met_by(self, median: float) -> bool:
        return self.at_least <= median <= self.at_most

    def __str__(self) -> str:
        return f"≥ {short(self.at_least)}" if self.at_least > float("-inf") else f"≤ {short(self.at_most)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One ratio or count, sampled once a round.

    ``beside`` holds medians of what was compared, for orientation: they are this machine's, of that day.
    """

    name: str
    unit: str
    samples: Sequence[float]
    target: Target | None = None
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.samples), max(self.samples)

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the target; None without one."""
        return None if self.target is None else self.target.met_by(self.median)

    def as_json(self) -> dict[str, Any]:
        low, high = self.spread
        shown: dict[str, Any] = {"name": self.name, "unit": self.unit, "median": rounded(self.median)}
        shown |= {"min": rounded(low), "max": rounded(high), "rounds": len(self.samples)}
        if self.target is not None:
            shown |= {"target": str(self.target), "met": self.met}
        return shown | {"beside": {name: rounded(value) for name, value in self.beside.items()}}


def side_by_side(ways: Mapping[str, Way], *, rounds: int, chance: Random) -> dict[str, list[float]]:
    """Take every way once a round, each round in another order, so that what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name in chance.sample(list(ways), len(ways)):
            taken[name].append(ways[name]())
    return taken


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round, so that a slow minute of the machine is in both."""
    return [one / other for one, other in zip(above, below, strict=True)]


def rounded(value: float) -> float:
    """Four significant digits: the machine knows no more."""
    return float(f"{value:.4g}")


def short(value: float) -> str:
    """As a person reads it: 0.52, 3.1, 87, 1,000."""
    if value >= 10 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 2 else f"{value:.1f}"
