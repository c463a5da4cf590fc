"""Providers promise messages, as the mobile client does and as plain SQL does, and take some back."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from bench.faults.cast import Parent
from bench.faults.memory import Doing, now, remembered
from bench.faults.stories.actor import ANSWER_SECONDS, TRIES, Actor

SOONEST, LATEST = timedelta(seconds=-1), timedelta(seconds=6)
# A conversation's promises are a second apart or more, so that their order is no matter of taste.
APART = timedelta(seconds=1)
INSERT = """
    INSERT INTO follow_up_requests (id, conversation_id, user_id, scheduled_for, display_text, device_token)
    VALUES (%(follow_up)s, %(conversation)s, %(user)s, %(scheduled_for)s, %(words)s, %(token)s)
    ON CONFLICT (id) DO NOTHING
"""


class Provider(Actor):
    """Nobody else writes into these conversations, so what was promised first is known."""

    pause = (0.0, 0.4)

    def __init__(self, *given: Any, parents: Sequence[Parent], key: str) -> None:
        super().__init__(*given)
        self._parents = parents
        self._headers = {"apikey": key, "Authorization": f"Bearer {key}", "Prefer": "return=representation"}
        self._numbers = count(1)
        self._last: dict[UUID, datetime] = {}

    def act(self) -> None:
        number = next(self._numbers)
        parent = self.chance.choice(self._parents)
        if self.chance.random() < 0.05:
            self._take_back(parent)
        else:
            self._promise(parent, number, self._moment(parent))

    def _moment(self, parent: Parent) -> datetime:
        """Whole seconds, as the client writes them, later than all before in this conversation."""
        wished = now() + SOONEST + (LATEST - SOONEST) * self.chance.random()
        earliest = self._last.get(parent.conversation, wished - APART) + APART
        self._last[parent.conversation] = max(wished, earliest).replace(microsecond=0)
        return self._last[parent.conversation]

    def _promise(self, parent: Parent, number: int, moment: datetime) -> None:
        in_sql = self.chance.random() < 0.4
        row: dict[str, Any] = {
            "follow_up": UUID(int=self.chance.getrandbits(128), version=4) if in_sql else None,
            "conversation": parent.conversation,
            "scheduled_for": moment,
            "words": f"How is it, {number}? {self.chance.getrandbits(32):08x}",
            "token": parent.device,
        }
        for _ in range(TRIES):
            kept = False
            with remembered(self.memory, "promises", place=number, **row) as promising:
                kept = self._insert(promising, parent, row) if in_sql else self._post(promising, parent, row)
            if kept or self.stopped.is_set():
                return
            self.wait_to_try_again()

    def _post(self, promising: Doing, parent: Parent, row: dict[str, Any]) -> bool:
        body = {
            "conversation_id": str(parent.conversation),
            "user_id": parent.user_id,
            "scheduled_for": f"{row['scheduled_for']:%Y-%m-%dT%H:%M:%SZ}",
            "urgency": "routine",
            "display_text": row["words"],
            "status": "scheduled",
            "device_token": parent.device,
        }
        return self.ask(promising, "POST", "/rest/v1/follow_up_requests", body, headers=self._headers)

    def _insert(self, promising: Doing, parent: Parent, row: dict[str, Any]) -> bool:
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.door.database_url, connect_timeout=int(ANSWER_SECONDS)) as connection,
        ):
            connection.execute(INSERT, row | {"user": parent.user_id})
            connection.commit()
            promising.kept = True
        return promising.kept

    def _take_back(self, parent: Parent) -> None:
        path = f"/rest/v1/follow_up_requests?conversation_id=eq.{parent.conversation}&status=eq.scheduled"
        with remembered(self.memory, "cancellations", conversation=parent.conversation) as cancelling:
            self.ask(cancelling, "PATCH", path, {"status": "cancelled"}, headers=self._headers)
