"""How many pushes of each of the last 24 hours were accepted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from notifications.measures import BY_HOUR, pushes_by_hour
from notifications.models import Device, Notification, Push
from tests.make import Make

pytestmark = pytest.mark.django_db


def settled(person: User, status: str = "SENT", **ago: float) -> Push:
    """A push to this person that came to an end so long ago."""
    device, _ = Device.objects.get_or_create(user=person, platform="EXPO", token=f"ExponentPushToken[{person.pk}]")
    told = Notification.objects.create(
        recipient=person, type="FOLLOW_UP", key=f"{Notification.objects.count()}", title="t", body="b"
    )
    columns: dict[str, Any] = {"settled_at": Now() - timedelta(**ago)} if ago else {}
    return Push.objects.create(
        notification=told,
        device=device,
        platform="EXPO",
        title="t",
        body="b",
        collapse_id="c",
        status=status,
        **columns,
    )


def test_a_push_counts_in_the_hour_in_which_it_was_accepted_or_given_up(make: Make) -> None:
    settled(make.pat, "PENDING")
    settled(make.pat, "SENT", minutes=1)
    settled(make.pat, "DELIVERED", minutes=59)
    settled(make.pat, "FAILED", minutes=61)
    settled(make.pat, "SENT", hours=23, minutes=59)
    settled(make.pat, "FAILED", hours=24, minutes=1)

    assert pushes_by_hour(tenant_id=None) == [(1, 1), *[(0, 0)] * 21, (1, 0), (2, 2)]


def test_a_clinic_is_told_of_its_own_people(make: Make) -> None:
    settled(make.pat, minutes=1)
    settled(make.dana, "FAILED", minutes=1)
    settled(make.stella, minutes=1)

    of = {pk: pushes_by_hour(tenant_id=pk)[-1] for pk in (make.clinic.pk, make.other_clinic.pk, None)}

    assert list(of.values()) == [(2, 1), (1, 1), (3, 2)]


@pytest.mark.parametrize("everybody", [True, False])
def test_no_history_is_read(everybody: bool, make: Make) -> None:
    push = settled(make.pat, minutes=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_push (notification_id, device_id, platform, title, body, data, collapse_id,
                urgent, status, attempts, ticket, last_error, settled_at)
            SELECT %s, %s, 'EXPO', 't', 'b', '{}', 'c', false, 'DELIVERED', 1, '', '',
                now() - make_interval(hours => 24 + n) FROM generate_series(1, 3000) AS n
            """,
            [push.notification_id, push.device_id],
        )
        cursor.execute("ANALYZE notifications_push")
        cursor.execute(f"EXPLAIN {BY_HOUR}", {"tenant": None if everybody else make.clinic.pk})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "push_settled" in plan
    assert "Seq Scan on notifications_push" not in plan
