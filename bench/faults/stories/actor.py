"""Somebody who does one thing after the other, and how they reach the product."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from bench.faults.memory import Doing, Memory

# Longer than any answer the product means to give, and short enough to try again within a fault.
ANSWER_SECONDS = 10.0
TRY_AGAIN_SECONDS = 0.5
# How long a person tries before they put the phone away.
TRIES = 20


@dataclass(frozen=True, slots=True)
class Door:
    """Where the product is reached: its web, and its database for a client that writes rows."""

    url: str
    database_url: str


class Actor:
    """
    Acts until told to stop, and then tries no more: who had no answer by then has none.

    A refusal of a right request is a surprise, whatever is broken; an error or silence is not.
    """

    pause = (0.1, 0.6)

    def __init__(self, door: Door, memory: Memory, chance: Random) -> None:
        self.door = door
        self.memory = memory
        self.chance = chance
        self.stopped = threading.Event()
        self._http = httpx.Client(base_url=door.url, timeout=ANSWER_SECONDS, trust_env=False)

    def live(self) -> None:
        try:
            while not self.stopped.is_set():
                self.act()
                self.stopped.wait(self.chance.uniform(*self.pause))
        except Exception as error:  # It would end unseen, with its thread.
            self.memory.surprise(f"{type(self).__name__} broke off: {type(error).__name__}: {error}")
        finally:
            self._http.close()

    def act(self) -> None:
        """One thing."""
        raise NotImplementedError

    def ask(self, doing: Doing, method: str, path: str, body: Any = None, *, headers: Mapping[str, str]) -> bool:
        """Ask once; whether the product said yes. Its answer is in ``doing.said``."""
        with suppress(httpx.HTTPError):
            answer = self._http.request(method, path, json=body, headers=dict(headers))
            if answer.is_success:
                doing.kept = True
                doing.said = answer.json() if answer.content else None
            elif answer.is_client_error:
                self.memory.surprise(f"{method} {path} was refused with {answer.status_code}: {answer.text[:200]}")
        return doing.kept

    def wait_to_try_again(self) -> None:
        self.stopped.wait(TRY_AGAIN_SECONDS)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
