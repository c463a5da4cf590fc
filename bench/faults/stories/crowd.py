"""Everybody who acts in a run."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from bench.faults.cast import Cast
from bench.faults.memory import Memory
from bench.faults.stories.actor import Actor, Door
from bench.faults.stories.notes import Therapist
from bench.faults.stories.promises import Provider
from bench.faults.stories.visits import Opener
from bench.faults.stories.workouts import Trainer

THERAPISTS, PROVIDERS = 2, 2
Thing = TypeVar("Thing")


def actors(cast: Cast, door: Door, memory: Memory, chance: Random, *, quiet: float) -> Iterator[Actor]:
    """
    Everybody, each with a chance of their own: what they do does not depend on who is faster.

    ``quiet`` is the quiet period of notes, in seconds.
    """
    for sessions in shares(cast.reviewed, THERAPISTS):
        yield Therapist(door, memory, own(chance), sessions=sessions, quiet=quiet)
    yield Trainer(door, memory, own(chance), sessions=cast.planned)
    yield Opener(door, memory, own(chance), visitors=cast.visitors)
    for parents in shares(cast.parents, PROVIDERS):
        yield Provider(door, memory, own(chance), parents=parents, key=cast.key)


def own(chance: Random) -> Random:
    return Random(chance.getrandbits(64))


def shares(things: Sequence[Thing], number: int) -> list[Sequence[Thing]]:
    return [things[n::number] for n in range(number)]
