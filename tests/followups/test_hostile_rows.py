"""Rows from outside that would spoil more than themselves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError
from django.db.models.functions import Now

from followups.actions import settle as settling
from followups.models import FollowUpMessage, FollowUpRequest
from followups.models.columns import LATEST
from tests.followups.scripted import Scripted
from tests.followups.steps import deliver, messages, promised, status_of, tried

pytestmark = pytest.mark.django_db

SECRET = "Has the bleeding stopped?"


def test_a_message_at_the_end_of_all_years_leaves_room_for_the_next(scripted: type[Scripted]) -> None:
    row = promised(device_token="ExponentPushToken[x]")
    last = LATEST - timedelta(seconds=1)
    FollowUpMessage.objects.create(
        conversation_id=row.conversation_id, user_id="7c0f", message_content="from a broken clock", timestamp=last
    )
    deliver()
    assert (status_of(row), len(scripted.sent)) == ("sent", 1)
    assert [text for _, text in messages()] == ["from a broken clock", "How is Sam?"]
    assert FollowUpMessage.objects.get(follow_up_id=row.pk).timestamp == last


@pytest.mark.parametrize("lease", [None, uuid4()], ids=["due", "lost"])
def test_attempts_beyond_counting_hold_up_nobody(lease: Any) -> None:
    row = promised(attempts=32767, lease=lease, leased_until=Now())
    other = promised(display_text="other")
    deliver()
    assert status_of(other) == "sent"
    row.refresh_from_db()
    assert row.attempts == 32767
    assert tried(row)[0][0] == 32767


def test_one_that_cannot_be_said_is_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_sent: Any) -> None:
        raise DataError(f"DETAIL: Failing row contains ({SECRET})")

    row = promised(display_text=SECRET)
    monkeypatch.setattr(settling, "_say", refuse)
    deliver()
    assert f"follow-up {row.pk} cannot be settled: DataError at" in caplog.text
    assert SECRET not in caplog.text


def test_one_that_cannot_even_fail_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [promised(display_text=f"{n}") for n in range(3)]
    poison = rows[1]
    record = settling.record_attempts

    def refuse(*, judged: Any) -> None:
        if any(parcel.id == poison.pk for parcel, _verdict in judged):
            raise DataError("as from a value that nothing can hold")
        record(judged=judged)

    monkeypatch.setattr(settling, "record_attempts", refuse)
    deliver()
    assert [status_of(row) for row in rows] == ["sent", "scheduled", "sent"]
    assert FollowUpRequest.objects.get(lease__isnull=False) == poison, "it waits for the solo lane"
