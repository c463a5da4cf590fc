"""
The same delivery with an empty past and with a long one in the table: it must not feel the difference.

The past stands in a second database, a copy of the first, so that the two can be measured in turns.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
from django.db import connection
from psycopg import sql

from bench import due
from bench.figures import Figure, Target, ratios, side_by_side
from bench.measures.delivery import sweep
from bench.run import Run, timed
from followups.models import FollowUpMessage

TITLE = "Delivery beside a long past"
TARGET = Target(at_most=1.2)


@dataclass(frozen=True, slots=True)
class Plan:
    due: int
    sent: int
    """How many follow-ups were sent before."""
    rounds: int = 5


QUICK = Plan(due=3_000, sent=100_000)
FULL = Plan(due=10_000, sent=2_000_000)


def measure(run: Run, plan: Plan) -> list[Figure]:
    """Seconds with the past to seconds without it."""
    mine = str(connection.settings_dict["NAME"])
    due.empty()
    with a_copy(mine) as other:
        run.say(f"writing a past of {plan.sent:,}")
        with standing_in(other):
            due.add_history(plan.sent)
        run.say(f"{plan.due:,} due, {plan.rounds} rounds")
        ways = {"no past": partial(seconds, mine, plan.due, run), "past": partial(seconds, other, plan.due, run)}
        taken = side_by_side(ways, rounds=plan.rounds, chance=run.chance)
    shown = {f"{name}, s": statistics.median(each) for name, each in taken.items()}
    name = f"{plan.due:,} due beside {plan.sent:,} sent"
    return [Figure(name, "× with none sent", ratios(taken["past"], taken["no past"]), TARGET, shown)]


def seconds(database: str, number: int, run: Run) -> float:
    """The seconds it takes in this database to deliver them; in the one with a past, they join it."""
    with standing_in(database):
        due.add_due(number, run=run)
        before = FollowUpMessage.objects.count()
        took = timed(partial(sweep, number))
        due.check_said(before + number)
        if not database.endswith("_past"):
            due.empty()
    return took


@contextmanager
def a_copy(original: str, suffix: str = "past") -> Iterator[str]:
    """Another database like this one, dropped at the end."""
    name = f"{original}_{suffix}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    from_outside(drop, create)
    try:
        yield name
    finally:
        from_outside(drop)


def from_outside(*statements: sql.Composed) -> None:
    """Run them from a third database: a copy wants nobody connected."""
    connection.close()
    at = connection.settings_dict
    address = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **address) as outside:
        for statement in statements:
            outside.execute(statement)


@contextmanager
def standing_in(database: str) -> Iterator[None]:
    """Let all that follows speak to this database."""
    mine = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = mine
