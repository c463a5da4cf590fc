"""
What can go wrong, one function a kind.

Each breaks one thing and sees to it that it is mended in a moment; other things go wrong meanwhile.
A kind that cannot happen now, because its target is out of order already, says so with False.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

from celery import current_app
from redis import Redis

from bench.faults.memory import now
from bench.faults.stack import BEATS, WEB, WORKERS, Stack, Undo, freeze, suspend
from okta.devstack import processes
from okta.devstack.server import EmbeddedServer
from okta.wakeups import LOST

Kind = Callable[[Stack, Random], bool]
QUEUES = ("timers", "sweeps", "default")
MOST_WRONG = 600
# Any of these may arrive twice, at any time, about anything.
TASKS = (
    ("feedback.deliver_notes", "delivery_id"),
    ("entrances.finalize", "entrance_id"),
    ("followups.deliver", None),
    ("notifications.deliver", None),
    ("feedback.sweep", None),
    ("entrances.sweep", None),
    ("followups.sweep", None),
    ("notifications.sweep", None),
)
MOST_DUPLICATES, ROWS = 30, 120
# The queue's messages in another order.
SHUFFLE = """
math.randomseed(tonumber(ARGV[1]))
for _, queue in ipairs(KEYS) do
    local all = redis.call('LRANGE', queue, 0, -1)
    for place = #all, 2, -1 do
        local other = math.random(place)
        all[place], all[other] = all[other], all[place]
    end
    redis.call('DEL', queue)
    for _, message in ipairs(all) do redis.call('RPUSH', queue, message) end
end
return 1
"""


def moment(chance: Random, longest: float = 3.0) -> float:
    return chance.uniform(0.0, longest)


# --- processes ---


def kill_worker(stack: Stack, chance: Random) -> bool:
    return _killed(stack, chance, chance.choice(WORKERS))


def kill_beat(stack: Stack, chance: Random) -> bool:
    return _killed(stack, chance, chance.choice(BEATS))


def kill_web(stack: Stack, chance: Random) -> bool:
    return _killed(stack, chance, WEB)


def _killed(stack: Stack, chance: Random, name: str) -> bool:
    if stack.is_out(name):
        return False

    def act() -> Undo:
        stack.kill(name)
        return partial(_launch, stack, name)

    stack.disturb("killed", name, seconds=moment(chance), act=act)
    return True


def _launch(stack: Stack, name: str) -> None:
    stack.launch(name)
    if name == WEB:
        stack.wait_for(name)


def kill_a_child(stack: Stack, chance: Random) -> bool:
    """One process of a worker's pool, in the middle of whatever it does."""
    name = chance.choice(WORKERS)
    children = [] if stack.is_out(name) else processes.descendants(stack.pid(name))
    if not children:
        return False
    began = now()
    with suppress(ProcessLookupError):
        os.kill(chance.choice(children), signal.SIGKILL)
    stack.remember("child killed", name, began)
    return True


def end_worker(stack: Stack, chance: Random) -> bool:
    """As a deployment does, under load; its successor's clock is another's."""
    name = chance.choice(WORKERS)
    if stack.is_out(name):
        return False
    ahead = chance.randint(-MOST_WRONG, MOST_WRONG) if name == WORKERS[1] else 0

    def act() -> Undo:
        stack.end(name)
        stack.set_clock(name, ahead=ahead)
        return partial(stack.launch, name)

    stack.disturb("ended, clock changed", name, seconds=0, act=act)
    return True


def suspend_worker(stack: Stack, chance: Random) -> bool:
    """A machine that hangs, and does not know it."""
    name = chance.choice(WORKERS)
    if stack.is_out(name):
        return False
    stack.disturb("suspended", name, seconds=moment(chance, 5), act=lambda: suspend(stack.pid(name)))
    return True


# --- servers ---


def kill_valkey(stack: Stack, chance: Random) -> bool:
    return _server_killed(stack, chance, stack.valkey)


def freeze_valkey(stack: Stack, chance: Random) -> bool:
    return _frozen(stack, chance, stack.valkey)


def restart_valkey(stack: Stack, chance: Random) -> bool:
    return _restarted(stack, stack.valkey)


def flush_valkey(stack: Stack, chance: Random) -> bool:
    """Every message, every wake-up and every lock is forgotten."""
    if stack.is_out(stack.valkey.name):
        return False
    began = now()
    Redis.from_url(stack.valkey.url).flushall()
    stack.remember("flushed", stack.valkey.name, began)
    return True


def kill_postgres(stack: Stack, chance: Random) -> bool:
    return _server_killed(stack, chance, stack.postgres)


def freeze_postgres(stack: Stack, chance: Random) -> bool:
    return _frozen(stack, chance, stack.postgres)


def restart_postgres(stack: Stack, chance: Random) -> bool:
    return _restarted(stack, stack.postgres)


def _server_killed(stack: Stack, chance: Random, server: EmbeddedServer) -> bool:
    if stack.is_out(server.name):
        return False

    def act() -> Undo:
        server.kill()
        return server.start

    stack.disturb("killed", server.name, seconds=moment(chance), act=act)
    return True


def _frozen(stack: Stack, chance: Random, server: EmbeddedServer) -> bool:
    if stack.is_out(server.name):
        return False
    stack.disturb("frozen", server.name, seconds=moment(chance), act=lambda: freeze(server))
    return True


def _restarted(stack: Stack, server: EmbeddedServer) -> bool:
    if stack.is_out(server.name):
        return False
    began = now()
    server.restart()
    stack.remember("restarted", server.name, began)
    return True


# --- messages ---


def double_messages(stack: Stack, chance: Random) -> bool:
    """Tasks that nobody asked for: repeated, early, late, about rows that are there or not."""
    if stack.is_out(stack.valkey.name):
        return False
    began = now()
    for _ in range(chance.randint(1, MOST_DUPLICATES)):
        name, about = chance.choice(TASKS)
        ids: dict[str, Any] = {about: chance.randint(1, ROWS)} if about else {}
        try:
            current_app.send_task(name, kwargs=ids, queue=chance.choice(QUEUES), retry=False)
        except LOST:
            break
    stack.remember("repeated", "messages", began)
    return True


def shuffle_messages(stack: Stack, chance: Random) -> bool:
    if stack.is_out(stack.valkey.name) or not stack.speaks_redis:
        return False
    began = now()
    Redis.from_url(stack.valkey.url).eval(SHUFFLE, len(QUEUES), *QUEUES, str(chance.randrange(2**31)))
    stack.remember("reordered", "messages", began)
    return True


# --- the push service ---


def provider_is_silent(stack: Stack, chance: Random) -> bool:
    return _behaves(stack, chance, "timeout", 2)


def provider_is_broken(stack: Stack, chance: Random) -> bool:
    return _behaves(stack, chance, "500", 6)


def provider_is_busy(stack: Stack, chance: Random) -> bool:
    return _behaves(stack, chance, "429", 6)


def provider_knows_no_device(stack: Stack, chance: Random) -> bool:
    """Once: a token that is refused for good stays refused, and there must be some left to push to."""
    return _behaves(stack, chance, "DeviceNotRegistered", 1)


def _behaves(stack: Stack, chance: Random, mode: str, most: int) -> bool:
    began = now()
    stack.provider.behave(mode, chance.randint(1, most), retry_after=str(chance.randint(1, 3)))
    stack.remember(mode, "push service", began)
    return True


# How often of each, compared with the others.
KINDS: dict[Kind, int] = {
    kill_worker: 6,
    kill_a_child: 3,
    end_worker: 3,
    suspend_worker: 2,
    kill_beat: 2,
    kill_web: 2,
    kill_valkey: 2,
    freeze_valkey: 2,
    restart_valkey: 2,
    flush_valkey: 4,
    kill_postgres: 2,
    freeze_postgres: 2,
    restart_postgres: 2,
    double_messages: 4,
    shuffle_messages: 2,
    provider_is_silent: 2,
    provider_is_broken: 2,
    provider_is_busy: 2,
    provider_knows_no_device: 1,
}


def break_something(stack: Stack, chance: Random) -> str:
    """One fault, whichever chance decides; returns its name."""
    # Of its own: what cannot happen now is replaced, and all that follows stays as the seed has it.
    mine = Random(chance.getrandbits(64))
    while True:
        [kind] = mine.choices(list(KINDS), weights=list(KINDS.values()))
        if kind(stack, mine):
            return kind.__name__.replace("_", " ")
