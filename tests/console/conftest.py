"""A talk and a session of Pat, in New York, and Dana, in Berlin, at a frozen noon; and browsers signed in."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from accounts.models import User
from followups.models import FollowUpRequest
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from okta import sweeps
from tests.admin.conftest import browse, operator
from tests.make import NOON, Make
from workouts.models import Workout

__all__ = ["browse", "operator"]


@pytest.fixture(autouse=True)
def at_noon_in_english() -> Iterator[Any]:
    """The hour stands still, and the language of one test's reader does not stay for the next."""
    with time_machine.travel(NOON, tick=False) as hour, override("en"):
        yield hour


@pytest.fixture(autouse=True)
def a_young_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the tests have been running: an old process takes a sweep that never ran for a late one."""
    monkeypatch.setattr(sweeps, "STARTED", time.monotonic())


@pytest.fixture
def dana(make: Make) -> User:
    """Dana, whom the clinic lets into the admin, away in Berlin."""
    return let_in(make.dana, timezone="Europe/Berlin")


@pytest.fixture
def thread(make: Make) -> Conversation:
    conversation, _ = open_conversation(people=[make.pat, make.dana])
    return conversation


@pytest.fixture
def done(make: Make) -> Workout:
    """What Pat did today from 7:30 to 8:00 in New York, on Dana's plan of two exercises."""
    return make.workout(completed_at=NOON, started_at=NOON.replace(hour=11, minute=30), duration_minutes=30)


def let_in(doctor: User, **fields: Any) -> User:
    for name, value in {"is_staff": True, **fields}.items():
        setattr(doctor, name, value)
    doctor.save(update_fields=["is_staff", *fields])
    return doctor


def promised(thread: Conversation, **fields: Any) -> FollowUpRequest:
    """A follow-up in this thread; without other words, for tomorrow at 9:00 in New York."""
    given = {
        "tenant": thread.tenant,
        "conversation_id": thread.pk,
        "user_id": str(thread.patient_id),
        "display_text": "How is the knee?",
        "scheduled_for": NOON.replace(day=9, hour=13),
    }
    return FollowUpRequest.objects.create(**{**given, **fields})
