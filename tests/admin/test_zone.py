"""Every page of the admin tells times in the zone of whoever reads it."""

from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.db.models import Model
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from okta.models import Alert, SweepRun
from tests.admin.conftest import Browse, page
from tests.admin.test_doors import operations
from tests.admin.test_words import MADE
from tests.make import NOON, Make

TELLS: dict[type[Model], str] = {
    Alert: "opened_at",
    SweepRun: "started_at",
    PeriodicTask: "last_run_at",
    AccessAttempt: "attempt_time",
    AccessFailureLog: "attempt_time",
}
IN_TOKYO = "April 8, 2026, 9 p.m."


@pytest.fixture
def olga(operator: User) -> User:
    operator.timezone = "Asia/Tokyo"
    operator.save(update_fields=["timezone"])
    return operator


@operations
@pytest.mark.parametrize("view", ["changelist", "change"])
def test_operations_are_told_in_the_zone_of_the_operator(
    view: str, model: type[Model], browse: Browse, olga: User
) -> None:
    client, row = browse(olga), MADE[model]()
    model._default_manager.filter(pk=row.pk).update(**{TELLS[model]: NOON})

    shown = client.get(page(model, view, *([row.pk] if view == "change" else []))).content.decode()

    assert IN_TOKYO in shown


def test_one_readers_zone_is_not_left_to_the_next_request(browse: Browse, olga: User, make: Make) -> None:
    zones: list[Any] = []
    for client in (browse(olga), browse(make.ada)):
        client.get("/admin/")
        zones.append(timezone.get_current_timezone_name())

    assert zones == ["UTC", "UTC"]
