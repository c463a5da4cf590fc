"""A push service that takes its time to answer, and the ways the product does not go to ask it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import httpx
from celery import shared_task
from django.conf import settings
from django.db import connection, transaction

from bench import naive
from bench.run import started
from notifications.transports.expo import SEND, ExpoTransport
from okta.devstack import commands, processes

Due = tuple[UUID, str, str]
DUE = """
    SELECT id, device_token, display_text FROM follow_up_requests
    WHERE status = 'scheduled' AND scheduled_for <= now() ORDER BY scheduled_for
"""
ONE = "SELECT id, device_token, display_text FROM follow_up_requests WHERE id = %s AND status = 'scheduled'"


@dataclass(frozen=True, slots=True)
class PushService:
    """The fake one, in a process of its own: what it computes is not in the measured process' way."""

    url: str

    def answers(self) -> bool:
        try:
            return client().get(f"{self.url}/received").is_success
        except httpx.HTTPError:
            return False

    def forget(self) -> None:
        client().delete(f"{self.url}/received").raise_for_status()

    def check_pushed(self, number: int) -> None:
        """Refuse a timing in which a follow-up was pushed twice, or not at all."""
        answer = client().get(f"{self.url}/received").raise_for_status()
        told = [push["collapseId"] for push in answer.json()]
        if not len(told) == len(set(told)) == number:
            raise AssertionError(f"{number} were to be pushed; {len(set(told))} were, in {len(told)} pushes")


@contextmanager
def push_service(*, latency: float) -> Iterator[PushService]:
    """One that answers after ``latency`` seconds, for as long as this lasts."""
    port = processes.free_port()
    command = commands.module("fake_provider", "--port", str(port), "--latency", str(latency))
    service = PushService(f"http://127.0.0.1:{port}")
    with started(command, os.environ, ready=service.answers, what="the push service"):
        yield service


def back_to_back() -> None:
    """
    As many full requests as it takes, one after the other, then the rows in plain SQL.

    Nobody is looked up, and no answer is judged: about what the service's latency leaves anybody.
    """
    due = due_now()
    for start in range(0, len(due), ExpoTransport.batch_size):
        push(due[start : start + ExpoTransport.batch_size])
    naive.deliver_in_sql()


def in_a_loop() -> None:
    """A request and two statements for each row."""
    for row in due_now():
        push([row])
        with connection.cursor() as cursor:
            cursor.execute(naive.MARK, [row[0]])
            cursor.execute(naive.SAY, {"ids": [row[0]]})


@shared_task(name="bench.push_one")
def push_one(*, follow_up_id: str) -> None:
    """One row in a task of its own: a request, then the same statements as in batches, in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, [follow_up_id])
        row = cursor.fetchone()
    push([row])
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (naive.SAY, naive.RECORD, naive.SENT):
            cursor.execute(statement, {"ids": [row[0]]})


def push(due: Sequence[Due]) -> None:
    """One request, over a connection that stays open."""
    messages = [
        {"to": token, "title": "Your clinic", "body": text, "collapseId": f"follow-up:{pk}"} for pk, token, text in due
    ]
    client().post(settings.EXPO_PUSH_URL + SEND, json=messages).raise_for_status()


def due_now() -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        due: list[Any] = cursor.fetchall()
    return due


@cache
def client() -> httpx.Client:
    """This process' own: a worker's children are forked before they ask for it."""
    return httpx.Client(trust_env=False, timeout=30)
