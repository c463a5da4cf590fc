"""What the status page asks for is found without reading what is over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.status.queries import due, failures, given_up
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from followups.models import FollowUpRequest
from notifications.models import Push
from tests.make import NOON, Make
from tests.notifications.test_measures import settled
from workouts.models import Workout

MANY = 300


@pytest.mark.parametrize("everybody", [True, False])
def test_no_history_is_read(everybody: bool, make: Make) -> None:
    years_of_history(make)
    tenant_id = None if everybody else make.clinic.pk

    with CaptureQueriesContext(connection) as queries:
        assert {waiting.number for waiting in due(tenant_id).values()} == {0}
        assert failures(tenant_id) == []
        assert set(given_up(tenant_id).values()) == {0}

    what_waits, what_failed, what_was_given_up = (explained(query["sql"]) for query in queries)
    # Two indexes know the deliveries on their way and no others; where there are none, either will do.
    for plan, indexes in (
        (what_waits, ("delivery_o", "summary_owed", "entrance_owed", "push_owed")),
        (what_failed, ("delivery_o", "summary_owed", "follow_up_failed", "push_given_up")),
        (what_was_given_up, ("delivery_o", "summary_owed", "push_given_up")),
    ):
        assert [name for name in indexes if name not in plan] == [], plan
        assert "delivery_of_doctor" not in plan, plan
        for table in (NoteDelivery, FeedbackSummary, AppEntrance, Push, FollowUpRequest):
            assert f"Seq Scan on {table._meta.db_table}" not in plan, plan


def explained(statement: str) -> str:
    with connection.cursor() as cursor:
        # So few rows are read in one go anyway; it is the way into many that is looked at.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def years_of_history(make: Make) -> None:
    """Rows of each kind that are settled."""
    push = settled(make.pat, minutes=1)
    workouts = Workout.objects.bulk_create(
        Workout(tenant=make.clinic, patient=make.pat, doctor=make.dana, date_scheduled=NOON.date()) for _ in range(MANY)
    )
    NoteDelivery.objects.bulk_create(NoteDelivery(workout=workout, doctor=make.dana) for workout in workouts)
    FeedbackSummary.objects.bulk_create(
        FeedbackSummary(key=f"k{workout.pk}", patient=make.pat, workout=workout, day=NOON) for workout in workouts
    )
    AppEntrance.objects.bulk_create(
        AppEntrance(
            tenant=make.clinic, patient=make.pat, local_date=NOON.date() - timedelta(days=n), zone="UTC",
            status="SKIPPED_NO_SOURCE_WORKOUT", opened_at=NOON, last_seen_at=NOON, window_ends_at=NOON, settled_at=NOON,
        )
        for n in range(MANY)
    )  # fmt: skip
    Push.objects.bulk_create(
        Push(
            notification_id=push.notification_id, device_id=push.device_id, platform="EXPO", title="t", body="b",
            collapse_id="c", status="DELIVERED", settled_at=NOON,
        )
        for _ in range(MANY)
    )  # fmt: skip
    FollowUpRequest.objects.bulk_create(
        FollowUpRequest(
            conversation_id=uuid4(), user_id="x", display_text="y", status="sent", scheduled_for=NOON, sent_at=NOON
        )
        for _ in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
