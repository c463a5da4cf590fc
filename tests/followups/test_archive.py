"""What was settled long ago moves into the archive, whole; everything else stays where it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from followups.actions import archive
from followups.actions.archive import CANCELLED, CANCELLED_FIRST, SENT, SENT_FIRST, archive_settled, moving
from followups.models import FollowUpArchive, FollowUpAttempt, FollowUpMessage, FollowUpRequest
from followups.states import Channel, Outcome, Status
from tests.followups.tries import promised
from tests.make import NOON, Make
from tests.races.blocking import holding

pytestmark = pytest.mark.django_db

OLD, YOUNG = timedelta(days=90, seconds=5), timedelta(days=90, seconds=-5)


def ago(age: timedelta) -> Any:
    return Now() - age


def follow_up(status: str, **columns: Any) -> FollowUpRequest:
    return promised(status, **{"scheduled_for": ago(OLD), "created_at": ago(OLD), **columns})


def sent(age: timedelta) -> FollowUpRequest:
    return follow_up(Status.SENT, sent_at=ago(age))


def where(row: FollowUpRequest) -> str:
    """Which of the two tables a row is in."""
    tables = [model for model in (FollowUpRequest, FollowUpArchive) if model.objects.filter(pk=row.pk).exists()]
    [table] = tables
    return "archive" if table is FollowUpArchive else "requests"


@pytest.mark.parametrize(("age", "table"), [(OLD, "archive"), (YOUNG, "requests")])
def test_what_was_sent_ninety_days_ago_is_archived(age: timedelta, table: str) -> None:
    row = sent(age)
    assert archive_settled().rows == (1 if table == "archive" else 0)
    assert where(row) == table


@pytest.mark.parametrize(
    ("scheduled", "created", "table"),
    [(OLD, OLD, "archive"), (YOUNG, OLD, "requests"), (OLD, YOUNG, "requests"), (YOUNG, YOUNG, "requests")],
)
def test_what_was_cancelled_is_archived_when_both_its_times_are_old(
    scheduled: timedelta, created: timedelta, table: str
) -> None:
    row = follow_up(Status.CANCELLED, scheduled_for=ago(scheduled), created_at=ago(created))
    archive_settled()
    assert where(row) == table


@pytest.mark.parametrize("status", ["scheduled", "failed", "odd"])
def test_what_is_scheduled_or_failed_or_unknown_stays_for_ever(status: str) -> None:
    row = follow_up(status, sent_at=ago(OLD))
    assert archive_settled().rows == 0
    assert where(row) == "requests"


def test_what_is_said_to_be_sent_and_nobody_knows_when_stays() -> None:
    row = follow_up(Status.SENT)
    archive_settled()
    assert where(row) == "requests"


def test_every_column_is_kept(make: Make) -> None:
    row = follow_up(
        Status.SENT,
        sent_at=ago(OLD),
        urgency="urgent",
        original_message="how is sam",
        child_name="Sam",
        child_age="3",
        device_token="abc",
        follow_up_days=1,
        follow_up_hours=2,
        follow_up_minutes=3,
        tenant=make.clinic,
        scheduled_by=make.dana,
        unverified=True,
        in_app_only=True,
        attempts=2,
        next_attempt_at=NOON,
        last_error="TimeoutError",
        failed_at=NOON,
    )
    before = FollowUpRequest.objects.filter(pk=row.pk).values().get()
    archive_settled()
    kept = FollowUpArchive.objects.filter(pk=row.pk).values().get()
    archived_at = kept.pop("archived_at")
    assert kept == before
    assert archived_at > before["sent_at"] + timedelta(days=90)


def test_its_message_and_its_attempts_stay() -> None:
    row = sent(OLD)
    FollowUpMessage.objects.create(
        conversation_id=row.conversation_id, user_id="7c0f", message_content="How is Sam?", follow_up_id=row.pk
    )
    FollowUpAttempt.objects.create(
        follow_up_id=row.pk, number=1, channel=Channel.IN_APP, outcome=Outcome.ACCEPTED, at=ago(OLD)
    )
    archive_settled()
    assert where(row) == "archive"
    assert (FollowUpMessage.objects.get().follow_up_id, FollowUpAttempt.objects.get().follow_up_id) == (row.pk, row.pk)


def test_a_batch_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BATCH", 2)
    for _ in range(5):
        sent(OLD)
    assert archive_settled().rows == 5
    assert FollowUpRequest.objects.count() == 0


def test_a_budget_that_is_spent_leaves_the_rest_to_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BATCH", 2)
    monkeypatch.setattr(archive, "Budget", lambda: OnceLeft())
    for _ in range(5):
        sent(OLD)
    assert archive_settled().rows == 2
    assert FollowUpRequest.objects.count() == 3


class OnceLeft:
    """A budget that lasts for one batch."""

    def __init__(self) -> None:
        self._turns = iter([True])

    def is_left(self) -> bool:
        return next(self._turns, False)


def test_an_id_that_is_archived_already_stays_and_is_in_nobodys_way() -> None:
    again, other = sent(OLD), sent(OLD)
    FollowUpArchive.objects.create(
        pk=again.pk, conversation_id=uuid4(), user_id="7c0f", scheduled_for=NOON, display_text="The first of this id"
    )
    assert archive_settled().rows == 1
    assert where(other) == "archive"
    assert FollowUpRequest.objects.get().pk == again.pk
    assert FollowUpArchive.objects.get(pk=again.pk).display_text == "The first of this id"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_waits_for_the_next_run() -> None:
    held, free = sent(OLD), sent(OLD)
    with holding(FollowUpRequest.objects.filter(pk=held.pk)) as background:
        assert background.start(archive_settled).result(timeout=10).rows == 1
    assert (where(held), where(free)) == ("requests", "archive")
    assert archive_settled().rows == 1
    assert where(held) == "archive"


def archived(age: timedelta) -> None:
    FollowUpArchive.objects.create(
        conversation_id=uuid4(), user_id="7c0f", scheduled_for=NOON, display_text="x", archived_at=ago(age)
    )


def test_the_archive_keeps_for_ever_unless_it_is_told_how_long(settings: Any) -> None:
    archived(timedelta(days=5000))
    archived(timedelta(days=29))
    assert archive_settled().rows == 0
    settings.FOLLOWUP_ARCHIVE_KEEP = timedelta(days=30)
    assert archive_settled().rows == 1
    assert FollowUpArchive.objects.count() == 1


@pytest.mark.parametrize(
    ("settled", "first", "index"),
    [(SENT, SENT_FIRST, "follow_up_sent"), (CANCELLED, CANCELLED_FIRST, "follow_up_cancelled")],
)
def test_a_run_reads_only_what_its_index_says_is_old(settled: str, first: str, index: str) -> None:
    crowd("sent", 3000)
    crowd("cancelled", 3000)
    plan = explained(moving(settled, first), after=timedelta(days=90))
    assert f"Index Scan using {index}" in plan
    assert "Seq Scan on follow_up_requests" not in plan


def crowd(status: str, number: int) -> None:
    """Follow-ups of the last days, as many as a planner takes seriously."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO follow_up_requests
                (conversation_id, user_id, display_text, status, scheduled_for, created_at, sent_at)
            SELECT gen_random_uuid(), 'x', 'y', %s, at, at, at
            FROM (SELECT now() - make_interval(mins => n) AS at FROM generate_series(1, %s) AS n) AS minutes
            """,
            [status, number],
        )
        cursor.execute("ANALYZE follow_up_requests")


def explained(statement: str, **values: Any) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())
