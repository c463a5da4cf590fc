"""Today's page is asked for every fifteen seconds: what it reads must not grow with what has been."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from console.reader import Reader
from console.today.queries import days_not_trained, failed_follow_ups, feedback_to_read, notes_on_their_way
from entrances.models import AppEntrance
from entrances.states import Status as Visit
from feedback.models import NoteDelivery
from followups.models import FollowUpRequest
from messaging.models import Conversation, Message, Participant
from tests.make import NOON, Make
from workouts.models import Workout
from workouts.states import Status

LONG = 1_000
TALKED = f"""
    INSERT INTO {Message._meta.db_table} (conversation_id, seq, sender_id, content, metadata, created_at, type)
    SELECT talk, n, %(sender)s, 'Well.', '{{"exercises": []}}', %(now)s - ({LONG} - n) * interval '6 hours',
        CASE WHEN n %% 5 = 0 THEN 'PATIENT_FEEDBACK_SUMMARY' ELSE 'TEXT' END
    FROM unnest(%(talks)s) AS talk, generate_series(1, {LONG}) AS n
    ORDER BY n
"""


@pytest.fixture
def years(make: Make, thread: Conversation) -> None:
    """People have talked, trained and been written to for years; of all that, the last days need somebody."""
    clinic, pat, dana, numbers = make.clinic, make.pat, make.dana, range(1, LONG + 1)
    others = Conversation.objects.bulk_create(
        Conversation(tenant=make.other_clinic if n % 9 else clinic, type="ONE_ON_ONE", participants_key=f"{n}")
        for n in range(50)
    )
    with connection.cursor() as cursor:
        cursor.execute(TALKED, {"talks": [talk.pk for talk in (thread, *others)], "sender": pat.pk, "now": NOON})
    Participant.objects.filter(conversation=thread, user=dana).update(last_read_seq=LONG - 40)
    done = Workout.objects.bulk_create(
        Workout(tenant=clinic, patient=pat, doctor=dana, date_scheduled=NOON.date(), status=Status.COMPLETED,
                completed_at=NOON - timedelta(days=n), completed_on=NOON.date() - timedelta(days=n))
        for n in numbers
    )  # fmt: skip
    NoteDelivery.objects.bulk_create(
        NoteDelivery(workout=workout, doctor=dana, due_at=NOON if n < 3 else None, delivered_rev=1)
        for n, workout in enumerate(done)
    )
    AppEntrance.objects.bulk_create(
        AppEntrance(tenant=clinic, patient=pat, local_date=NOON.date() - timedelta(days=n), zone="UTC", opened_at=NOON,
                    status=Visit.SKIPPED_NO_SOURCE_WORKOUT if n % 2 else Visit.CANCELED_BY_REAL_WORKOUT,
                    last_seen_at=NOON, window_ends_at=NOON, settled_at=NOON)
        for n in numbers
    )  # fmt: skip
    FollowUpRequest.objects.bulk_create(
        FollowUpRequest(tenant=clinic, conversation_id=uuid4() if n > 9 else thread.pk, user_id=str(pat.pk),
                        scheduled_for=NOON, display_text="Hi", failed_at=NOON, status="failed" if n < 3 else "sent")
        for n in numbers
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan(rows: QuerySet[Any, Any]) -> str:
    """How the database reads these rows, where reading or joining all there is is not the easy way out."""
    with connection.cursor() as cursor:
        for easy in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{easy} = off")
    return rows.explain()


def conditions(told: str, index: str) -> str:
    """By what the index is entered."""
    lines = [line.strip() for line in told.splitlines()]
    [at] = [number for number, line in enumerate(lines) if f" using {index} " in line]
    return lines[at + 1]


def test_feedback_is_read_from_where_reading_stopped(make: Make, dana: User, years: None) -> None:
    of_dana = plan(feedback_to_read(Reader(dana, make.clinic), now=NOON))
    of_the_clinic = plan(feedback_to_read(Reader(make.ada, make.clinic), now=NOON))

    assert "seq >" in conditions(of_dana, "feedback_card_in_order"), of_dana
    entered = conditions(of_the_clinic, "feedback_card_by_day")
    assert "conversation_id =" in entered, of_the_clinic
    assert "created_at >" in entered, of_the_clinic


def test_of_what_has_been_only_what_needs_somebody_is_read(make: Make, dana: User, years: None) -> None:
    deliveries = plan(notes_on_their_way(Reader(dana, make.clinic)))
    follow_ups = plan(failed_follow_ups(Reader(make.ada, make.clinic)))
    visits = plan(days_not_trained(Reader(make.ada, make.clinic), today=NOON.date()))

    assert "doctor_id =" in conditions(deliveries, "delivery_on_its_way"), deliveries
    # Of one clinic or of all, whichever is less.
    assert "using follow_up_failed" in follow_ups, follow_ups
    assert "local_date >" in conditions(visits, "entrance_not_trained"), visits
