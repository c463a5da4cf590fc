"""The app-visit story on real processes while they are killed, flushed and doubled."""

from datetime import datetime, timedelta
from functools import partial
from time import sleep

import pytest
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from entrances.actions.record import record_visit
from entrances.models import AppEntrance
from entrances.states import Status
from okta import clock
from tests.entrances.steps import mirrors, visit, window_closes
from tests.live import Broker, Live, eventually, send_task, sweeps_later
from tests.make import Make
from tests.races.blocking import holding, until_waiting
from tests.together import together
from workouts.models import ExerciseInWorkout, Workout

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_windows")]

FINALIZE = "entrances.finalize"


@pytest.fixture
def pat(make: Make, live: Live) -> User:
    """Pat, with a workout planned for today."""
    make.workout(on=clock.local_date(clock.now(), make.pat.zone))
    return make.pat


def inferred_once(patient: User) -> None:
    eventually(
        lambda: AppEntrance.objects.filter(patient=patient, status=Status.FINALIZED_TO_INFERRED_WORKOUT).exists()
    )
    assert len(mirrors(patient)) == 1


def test_a_wake_up_settles_the_visit_when_its_window_closes(live: Live, pat: User) -> None:
    live.worker()
    visit(pat, clock.now())
    inferred_once(pat)


def test_ten_visits_have_one_wake_up_and_one_mirror(live: Live, broker: Broker, pat: User) -> None:
    live.worker()
    for _ in range(10):
        record_visit(patient=pat, now=clock.now())
        assert broker.outstanding(FINALIZE) <= 1
    inferred_once(pat)


def test_a_worker_killed_in_the_middle_costs_nothing(live: Live, pat: User) -> None:
    worker = live.worker()
    planned = Workout.objects.get(patient=pat)
    # A mirror copies its source's row: with the exercises' table held, the worker stands in the middle.
    entrance = visit(pat, clock.now())
    with holding(AppEntrance.objects.filter(pk=entrance.pk)) as background:
        background.start(partial(window_closes, entrance))
        send_task(FINALIZE, entrance_id=entrance.pk)
        until_waiting(2)
        live.kill(worker)
    assert mirrors(pat) == []
    assert ExerciseInWorkout.objects.exclude(workout=planned).count() == 0
    live.beat()
    live.worker()
    inferred_once(pat)


def test_sixty_visits_that_go_on_are_settled_once_and_never_before_their_last_window_ends(
    live: Live, make: Make
) -> None:
    patients = [make.patient(f"P{number}", doctors=[make.dana]) for number in range(60)]
    for patient in patients:
        make.workout(patient=patient, on=clock.local_date(clock.now(), patient.zone))
    for _ in range(2):
        live.worker()
        live.beat()
    promised = dict[int, datetime]()

    def come_back(patient: User, aim: timedelta) -> None:
        # Each time just when the window has closed, or a little later: workers are settling it by then.
        for _ in range(3):
            entrance = record_visit(patient=patient, now=clock.now()).entrance
            if entrance is None or entrance.status != Status.PENDING:
                return
            promised[patient.pk] = entrance.window_ends_at
            sleep(max(0.0, (entrance.window_ends_at + aim - clock.now()).total_seconds()))

    together([partial(come_back, patient, timedelta(milliseconds=10 * n)) for n, patient in enumerate(patients)])
    eventually(lambda: not AppEntrance.objects.filter(status=Status.PENDING).exists(), seconds=30)
    sweeps_later("entrances.sweep", 1)
    settled = dict(AppEntrance.objects.values_list("patient", "window_ends_at"))
    assert settled == promised
    assert not AppEntrance.objects.filter(settled_at__lt=F("window_ends_at")).exists()
    assert [len(mirrors(patient)) for patient in patients] == [1] * 60


def test_forty_duplicates_of_a_task_make_one_mirror(live: Live, pat: User) -> None:
    entrance = visit(pat, clock.now())
    window_closes(entrance)
    for _ in range(40):
        send_task(FINALIZE, entrance_id=entrance.pk)
    live.worker()
    eventually(lambda: Broker().outstanding(FINALIZE) == 0)
    inferred_once(pat)


def test_a_thousand_pending_visits_survive_a_flushed_redis_and_a_worker_away_for_a_day(
    live: Live, broker: Broker, pat: User, make: Make
) -> None:
    source = Workout.objects.get(patient=pat)
    people = User.objects.bulk_create(
        User(tenant=make.clinic, email=f"p{n}@example.org", user_type="PATIENT", first_name=f"P{n}") for n in range(999)
    )
    Workout.objects.bulk_create(
        Workout(tenant=make.clinic, patient=person, doctor=make.dana, date_scheduled=source.date_scheduled)
        for person in people
    )
    now = clock.now()
    AppEntrance.objects.bulk_create(
        AppEntrance(
            tenant=make.clinic,
            patient=person,
            local_date=source.date_scheduled,
            zone="America/New_York",
            opened_at=now,
            last_seen_at=now,
            window_ends_at=Now(),
        )
        for person in (pat, *people)
    )
    broker.redis.flushdb()
    live.beat()
    live.worker()
    live.worker()
    eventually(lambda: not AppEntrance.objects.filter(status=Status.PENDING).exists(), seconds=60)
    sweeps_later("entrances.sweep", 1)
    assert Workout.objects.filter(completed_via_app_entrance=True).count() == 1000
    assert set(AppEntrance.objects.values_list("status", flat=True)) == {Status.FINALIZED_TO_INFERRED_WORKOUT}
