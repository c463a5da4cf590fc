"""Asking for many rows by their keys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CareLink, User
from tests.make import Make

pytestmark = pytest.mark.django_db


def test_any_of_finds_what_in_finds(make: Make) -> None:
    people = [make.pat, make.dana, make.omar]
    keys = [make.pat.pk, make.omar.pk, 404]
    assert set(User.objects.filter(pk__any_of=keys)) == set(User.objects.filter(pk__in=keys)) == {make.pat, make.omar}
    assert set(User.objects.filter(pk__in=[one.pk for one in people]).exclude(pk__any_of=keys)) == {make.dana}
    assert not User.objects.filter(pk__any_of=[]).exists()


def test_any_of_looks_at_another_tables_key_without_looking_there(make: Make) -> None:
    patient = make.pat
    with CaptureQueriesContext(connection) as queries:
        assert CareLink.objects.get(patient__any_of={patient.pk}).doctor_id == make.dana.pk
    assert "JOIN" not in queries[0]["sql"]


def test_any_of_looks_at_days_too(make: Make) -> None:
    workout = make.workout()
    found = make.pat.workouts.filter(date_scheduled__any_of=[workout.date_scheduled])
    assert found.get() == workout
