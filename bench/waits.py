"""App visits whose windows are open, by the thousand, and the two ways to be woken for them."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.db import connection
from redis import Redis

from accounts.models import Tenant, User
from accounts.states import UserType
from entrances.actions.wake_finalizer import wake_finalizer
from entrances.models import AppEntrance
from okta.wakeups import QUEUE

TASK = "entrances.finalize"
AWAY = timedelta(hours=2)
PATIENTS = 1_000
AT_ONCE = 1_000
OPEN = """
    INSERT INTO entrances_appentrance (
        tenant_id, patient_id, local_date, zone, status, reason, opened_at, last_seen_at, visits, window_ends_at,
        answer, answer_note, last_error
    )
    SELECT tenant_id, id, current_date - day, 'UTC', 'PENDING', '', now(), now(), 1, now() + %(away)s, '', '', ''
    FROM accounts_user, generate_series(0, %(days)s) AS day
    WHERE email LIKE 'waiting-%%'
    ORDER BY day, id
    LIMIT %(number)s
    RETURNING id
"""


class Broker:
    """The broker's Redis, which can be put back to what it was."""

    def __init__(self) -> None:
        self.redis: Any = Redis.from_url(settings.CELERY_BROKER_URL)

    def kept(self) -> dict[bytes, bytes]:
        """Everything in it."""
        return {key: self.redis.dump(key) for key in self.redis.scan_iter()}

    def put_back(self, kept: dict[bytes, bytes]) -> None:
        self.empty()
        for key, value in kept.items():
            self.redis.restore(key, 0, value)

    def waiting(self) -> int:
        """Messages that no worker has taken."""
        return int(self.redis.llen(QUEUE))

    def taken(self) -> int:
        """Messages a worker holds until their time comes."""
        return int(self.redis.hlen("unacked"))

    def empty(self) -> None:
        self.redis.flushdb()


def open_windows(number: int) -> list[int]:
    """That many visits, none due before two hours are over."""
    clinic, _ = Tenant.objects.get_or_create(name="Measured")
    User.objects.bulk_create(
        [
            User(email=f"waiting-{n}@measured.example", tenant=clinic, user_type=UserType.PATIENT)
            for n in range(min(number, PATIENTS))
        ],
        ignore_conflicts=True,
    )
    values: dict[str, Any] = {"away": AWAY, "days": number // PATIENTS, "number": number}
    with connection.cursor() as cursor:
        cursor.execute(OPEN, values)
        return [pk for (pk,) in cursor.fetchall()]


def close_windows() -> None:
    """Forget them."""
    AppEntrance.objects.all().delete()


def wake_for(ids: Iterable[int]) -> None:
    """As the API does when a patient opens the app."""
    for pk in ids:
        wake_finalizer(entrance_id=pk, after=AWAY)


def a_countdown(broker: Broker) -> bytes:
    """The message of a countdown task, as Celery writes it; no worker may be there to take it."""
    current_app.send_task(TASK, kwargs={"entrance_id": 0}, countdown=AWAY.total_seconds(), queue=QUEUE, retry=False)
    message: Any = broker.redis.rpop(QUEUE)
    return bytes(message)


def count_down(number: int, message: bytes, broker: Broker) -> None:
    """So many countdowns: copies of one message under ids of their own, for one by one takes minutes."""
    properties = json.loads(message)["properties"]
    for start in range(0, number, AT_ONCE):
        copies = [message] * min(AT_ONCE, number - start)
        for name in ("correlation_id", "delivery_tag"):
            copies = [copy.replace(properties[name].encode(), str(uuid4()).encode()) for copy in copies]
        broker.redis.lpush(QUEUE, *copies)
