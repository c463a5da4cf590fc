"""Every message that goes through the broker, seen from the broker's side."""

import base64
import json
import re
from collections import Counter
from threading import Thread
from types import TracebackType
from typing import Any, Self

from redis import Redis

# Nobody reads the last one: what is only counted must not keep a worker from what is measured.
COUNTED_ONLY = "bench"
QUEUES = ("timers", "sweeps", "default", COUNTED_ONLY)
BODY = re.compile(r'"body": "([A-Za-z0-9+/=]+)"')
TASK = re.compile(r'"task": "([^"]+)"')
THE_END = "the watch is over"

# Which task, and of which delivery.
Kind = tuple[str, int]


class Watch:
    """Counts what anybody publishes, this process or a worker, from the moment it is entered."""

    def __init__(self, url: str) -> None:
        self.published: Counter[Kind] = Counter()
        self._redis: Redis = Redis.from_url(url, decode_responses=True)
        self._monitor = Redis.from_url(url).monitor()  # type: ignore[no-untyped-call]
        self._thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._monitor.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.catch_up()
        self._monitor.__exit__(kind, error, traceback)
        self._redis.close()

    def catch_up(self) -> None:
        """End the watch once everything published until now is counted."""
        self._redis.echo(THE_END)
        self._thread.join(timeout=30)

    def held(self, kind: Kind) -> int:
        """How many messages of this kind the broker holds: waiting, or taken by a worker and not done."""
        raw: list[Any] = [message for queue in QUEUES for message in self._redis.lrange(queue, 0, -1)]  # type: ignore[union-attr]
        raw += self._redis.hvals("unacked")  # type: ignore[arg-type]
        return sum(_kind(message.replace('\\"', '"')) == kind for message in raw)

    def _listen(self) -> None:
        for heard in self._monitor.listen():
            command = str(heard["command"])
            if command.startswith("LPUSH "):
                self.published.update(filter(None, [_kind(command)]))
            elif THE_END in command:
                return


def _kind(message: str) -> Kind | None:
    body, task = BODY.search(message), TASK.search(message)
    if body is None or task is None:
        return None
    _args, named, _embedded = json.loads(base64.b64decode(body[1]))
    return (task[1], named["delivery_id"]) if "delivery_id" in named else None
