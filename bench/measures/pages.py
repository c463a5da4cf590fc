"""
The list of conversations and a page of messages, the more was ever said.

The doctor who asks has the same list in every database, and a page has fifty messages in each; what
grows is everything else, and the one long conversation whose pages she opens. The requests go through
the product's own doors, in this process, so that what is seen is the database's work and not a wire's.
"""

import gc
import statistics
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from bench import talk
from bench.cast import Pair, a_pair
from bench.figures import Figure, Target, ratios, side_by_side
from bench.measures.history import a_copy, standing_in
from bench.plans import check_plans
from bench.run import Run, timed
from okta.paging import PAGE_SIZE

TITLE = "Pages beside all that was ever said"
FLAT = Target(at_most=1.3)

# Each asks for one page.
Pages = Mapping[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Plan:
    sizes: tuple[int, ...]
    """Messages in the table; the first is what the others are measured against."""
    asks: int
    """Of each page, for one timing."""
    rounds: int = 5


QUICK = Plan(sizes=(1_000, 50_000), asks=10)
FULL = Plan(sizes=(1_000, 100_000, 1_000_000), asks=20, rounds=7)


class NotThePage(AssertionError):
    """A door answered something else than the page that was asked for."""


def measure(run: Run, plan: Plan) -> list[Figure]:
    """The slowest of twenty pages beside many messages, to the slowest of twenty beside few."""
    mine, own, others = str(connection.settings_dict["NAME"]), a_pair(), a_pair(1)
    asked: dict[int, Pages] = {}
    with ExitStack() as copies:
        databases = {size: copies.enter_context(a_copy(mine, f"said_{size}")) for size in plan.sizes}
        for size, database in databases.items():
            run.say(f"writing {size:,} messages")
            with standing_in(database):
                asked[size] = pages(own, others, size)
                number = sum(check_plans(ask) for ask in asked[size].values())
        # As the web does: else the collector's pauses are the slowest of twenty, whatever is asked.
        gc.collect()
        gc.freeze()
        run.say(f"{number} queries, none of which reads a big table to its end; {plan.rounds} rounds")
        ways = {
            f"{name} {size}": partial(slowest, ask, databases[size], plan.asks)
            for size in plan.sizes
            for name, ask in asked[size].items()
        }
        taken = side_by_side(ways, rounds=plan.rounds, chance=run.chance)
    return [beside_few(name, size, plan.sizes[0], taken) for name in asked[plan.sizes[0]] for size in plan.sizes[1:]]


def pages(own: Pair, others: Pair, size: int) -> Pages:
    """What the doctor opens, in the database everything speaks to; filled first."""
    conversation = talk.fill(size, own=own, others=others)
    client = APIClient()
    client.force_authenticate(own.doctor)
    messages = f"/v2/conversations/{conversation}/messages"
    earlier = body_of(client, messages)["next"]
    return {
        "list of conversations": partial(open_page, client, "/v2/conversations"),
        "newest messages": partial(open_page, client, messages),
        "earlier messages": partial(open_page, client, str(earlier)),
    }


def open_page(client: APIClient, path: str) -> None:
    """Ask for a full page; raises NotThePage for any other answer."""
    found = len(body_of(client, path)["results"])
    if found != PAGE_SIZE:
        raise NotThePage(f"{path} has {found} rows, not {PAGE_SIZE}")


def body_of(client: APIClient, path: str) -> dict[str, Any]:
    answer = client.get(path, HTTP_HOST="127.0.0.1")
    if answer.status_code != 200:
        raise NotThePage(f"{path} answered {answer.status_code}: {answer.content[:200]!r}")
    body: dict[str, Any] = answer.json()
    return body


def slowest(ask: Callable[[], None], database: str, asks: int) -> float:
    """The 95th percentile of the seconds one page takes, once the connection has met every table."""
    with standing_in(database):
        ask()
        return statistics.quantiles((timed(ask) for _ in range(asks)), n=20, method="inclusive")[18]


def beside_few(name: str, size: int, few: int, taken: Mapping[str, list[float]]) -> Figure:
    many, base = taken[f"{name} {size}"], taken[f"{name} {few}"]
    shown = {f"p95 beside {count:,}, ms": statistics.median(taken[f"{name} {count}"]) * 1000 for count in (few, size)}
    return Figure(f"{name}, {size:,} in all", f"× p95 beside {few:,}", ratios(many, base), FLAT, shown)
