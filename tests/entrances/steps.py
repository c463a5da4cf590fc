"""What happens in these tests' stories, and what became of it."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from accounts.models import User
from entrances.actions.record import record_visit
from entrances.models import AppEntrance
from tests.make import NOON
from workouts.models import Workout


def visit(patient: User, now: datetime = NOON) -> AppEntrance:
    """The patient opens the app on a day that is not settled."""
    entrance = record_visit(patient=patient, now=now).entrance
    assert entrance is not None
    return entrance


def window_closes(*entrances: AppEntrance) -> None:
    """Move rows as if their windows had just closed."""
    AppEntrance.objects.filter(pk__in=[entrance.pk for entrance in entrances]).update(
        window_ends_at=Now() - timedelta(milliseconds=1)
    )


def mirrors(patient: User) -> list[Workout]:
    """A patient's inferred workouts, oldest day first."""
    return list(Workout.objects.filter(patient=patient, completed_via_app_entrance=True).order_by("completed_on"))
