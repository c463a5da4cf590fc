"""A clinician certifies a month; after that nothing changes it, and what comes later is an amendment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.locks import lock_patient
from accounts.models import CareLink, User
from okta.errors import Refusal
from rtm.actions.certify_month import (
    AlreadyCertified,
    MonthNotOver,
    NotTheirDoctor,
    ProposalChanged,
    certify_month,
    what_would_be_certified,
)
from rtm.actions.recalculate import recalculate, recalculate_days
from rtm.actions.record_answer import record_answer
from rtm.actions.record_time import record_time
from rtm.models import Amendment, CertifiedMonth
from rtm.proposals import digest
from rtm.queries import monitoring
from tests.make import NOON, Make
from tests.races.blocking import holding, until_waiting
from tests.together import together

DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)
IN_MARCH = NOON - 20 * DAY


@pytest.fixture
def march(make: Make) -> User:
    """Pat's March: two days of data, one visit, ten minutes with a call."""
    for days in (20, 21):
        make.workout(completed_at=NOON - days * DAY, exercises=1).exercises.update(pain=2)
    make.workout(completed_at=NOON - 22 * DAY, completed_via_app_entrance=True)
    recalculate(patient=make.pat, now=NOON)
    spend(make.pat, make.dana, 600)
    return make.pat


def spend(patient: User, doctor: User, seconds: int, started_at: datetime = IN_MARCH) -> None:
    record_time(
        patient=patient, doctor=doctor, started_at=started_at, seconds=seconds, live_contact=True, note="", now=NOON
    )


def certify(patient: User, doctor: User, month: date = MARCH, now: datetime = NOON) -> CertifiedMonth:
    looked_at = digest(what_would_be_certified(patient=patient, month=month))
    return certify_month(
        patient=patient, month=month, certified_by=doctor, recorded_by=doctor, looked_at=looked_at, now=now
    )


def locked() -> list[dict[str, Any]]:
    """Every column of every certified month, to see that nothing changed."""
    return list(CertifiedMonth.objects.order_by("pk").values())


def test_a_month_is_kept_as_it_was_certified(make: Make, march: User) -> None:
    row = certify(march, make.dana, month=date(2026, 3, 17))
    row.refresh_from_db()
    assert (row.month, row.certified_by, row.locked_at) == (MARCH, make.dana, NOON)
    assert row.snapshot == {
        "month": "2026-03",
        "rules": "2026",
        "seconds": 600,
        "liveContacts": 1,
        "codes": ["98979"],
        "reason": "reached",
        "setup": "98975",
        "windows": [],
        "days": [
            {"date": "2026-03-17", "grade": "inferred"},
            {"date": "2026-03-18", "grade": "therapeutic"},
            {"date": "2026-03-19", "grade": "therapeutic"},
        ],
    }
    [(shown, locked_at)] = [month for month in monitoring(patient=march, now=NOON).months if month[1]]
    assert (shown, locked_at) == (row.snapshot, NOON)


def test_a_window_is_certified_with_the_month_it_ends_in(make: Make, march: User) -> None:
    row = certify(march, make.dana, month=date(2026, 4, 1), now=NOON + 30 * DAY)
    assert row.snapshot["windows"] == [
        {"startsOn": "2026-03-18", "endsOn": "2026-04-16", "days": 2, "code": "98985", "reason": "reached"}
    ]
    assert (row.snapshot["setup"], row.snapshot["days"], row.snapshot["codes"]) == (None, [], [])


@pytest.mark.parametrize(
    ("zone", "now", "over"),
    [
        ("America/New_York", datetime(2026, 4, 1, 3, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 4, 1, 4, 0, tzinfo=UTC), True),
        ("Pacific/Kiritimati", datetime(2026, 3, 31, 9, 59, tzinfo=UTC), False),
        ("Pacific/Kiritimati", datetime(2026, 3, 31, 10, 0, tzinfo=UTC), True),
    ],
)
def test_a_month_is_over_when_it_is_over_in_the_clinic(
    make: Make, march: User, zone: str, now: datetime, over: bool
) -> None:
    make.clinic.timezone = zone
    make.clinic.save(update_fields=["timezone"])
    patient = User.objects.get(pk=march.pk)
    if over:
        certify(patient, make.dana, now=now)
    else:
        with pytest.raises(MonthNotOver):
            certify(patient, make.dana, now=now)
    assert CertifiedMonth.objects.exists() == over


def refused(kind: type[Refusal], patient: User, doctor: User) -> None:
    before = locked()
    with pytest.raises(kind):
        certify(patient, doctor)
    assert locked() == before


def test_only_a_connected_doctor_certifies(make: Make, march: User) -> None:
    for person in (make.omar, make.stella, make.ada, march):
        refused(NotTheirDoctor, march, person)
    CareLink.objects.update(ended_at=NOON)
    refused(NotTheirDoctor, march, make.dana)


def test_a_month_is_certified_once(make: Make, march: User) -> None:
    certify(march, make.dana)
    refused(AlreadyCertified, march, make.dana)


def test_only_what_was_looked_at_is_certified(make: Make, march: User) -> None:
    looked_at = digest(what_would_be_certified(patient=march, month=MARCH))
    spend(march, make.dana, 1)
    with pytest.raises(ProposalChanged):
        certify_month(
            patient=march, month=MARCH, certified_by=make.dana, recorded_by=make.dana, looked_at=looked_at, now=NOON
        )
    assert locked() == []


def test_what_is_certified_is_the_evidence_and_not_a_stale_cache(make: Make, march: User) -> None:
    march.evidence_days.all().delete()
    assert len(certify(march, make.dana).snapshot["days"]) == 3


def test_later_time_becomes_an_amendment(make: Make, march: User) -> None:
    row = certify(march, make.dana)
    before = locked()
    spend(march, make.dana, 600)
    assert locked() == before
    amendment = Amendment.objects.get()
    assert (amendment.certified_month, amendment.recorded_at) == (row, NOON)
    assert amendment.proposal == row.snapshot | {"seconds": 1200, "liveContacts": 2, "codes": ["98980"]}
    [month] = [month for month, locked_at in monitoring(patient=march, now=NOON).months if locked_at]
    assert (month["seconds"], month["codes"]) == (600, ["98979"])


def test_later_evidence_becomes_an_amendment_once(make: Make, march: User) -> None:
    certify(march, make.dana)
    before = locked()
    record_answer(patient=march, day=date(2026, 3, 17), has_data=True, key="check-in:1")
    for _ in range(3):
        recalculate(patient=march, now=NOON)
    assert locked() == before
    assert Amendment.objects.get().proposal["days"][0] == {"date": "2026-03-17", "grade": "therapeutic"}


def test_each_difference_is_an_amendment_of_its_own(make: Make, march: User) -> None:
    certify(march, make.dana)
    for seconds in (1, 2):
        spend(march, make.dana, seconds)
    assert list(Amendment.objects.order_by("pk").values_list("proposal__seconds", flat=True)) == [601, 603]


def test_data_of_another_month_amends_nothing(make: Make, march: User) -> None:
    certify(march, make.dana)
    make.workout(completed_at=NOON, exercises=1).exercises.update(pain=2)
    recalculate(patient=march, now=NOON)
    spend(march, make.dana, 600, started_at=NOON)
    recalculate(patient=march, now=NOON + 400 * DAY)
    assert not Amendment.objects.exists()


def test_another_patients_month_is_not_amended(make: Make, march: User) -> None:
    certify(march, make.dana)
    paul = make.patient("Paul", doctors=[make.dana])
    spend(paul, make.dana, 600)
    make.workout(patient=paul, completed_at=IN_MARCH, exercises=1).exercises.update(pain=2)
    recalculate(patient=paul, now=NOON)
    assert not Amendment.objects.exists()


def test_many_patients_at_once_are_amended_each_by_their_own_data(make: Make, march: User) -> None:
    paul, free = make.patient("Paul", doctors=[make.dana]), make.patient("Free")
    make.workout(patient=paul, completed_at=IN_MARCH, exercises=1)
    recalculate(patient=paul, now=NOON)
    spend(paul, make.dana, 1200)
    rows = [certify(march, make.dana), certify(paul, make.dana)]
    for number, patient in enumerate((march, paul, free)):
        record_answer(patient=patient, day=date(2026, 3, 25 + number), has_data=True, key=f"check-in:{number}")
    recalculate_days(patients=[march, paul, free], on=[date(2026, 3, 25), date(2026, 3, 26)], now=NOON)
    amended = Amendment.objects.order_by("certified_month")
    assert [one.certified_month for one in amended] == rows
    assert [one.proposal["seconds"] for one in amended] == [600, 1200]
    assert [one.proposal["days"][-1]["date"] for one in amended] == ["2026-03-25", "2026-03-26"]


@pytest.mark.parametrize("months", [1, 12])
def test_the_cost_of_looking_after_locked_months_is_constant(make: Make, march: User, months: int) -> None:
    for number in range(1, months + 1):
        month = date(2025, number, 1)
        certify(march, make.dana, month)
        spend(march, make.dana, 60, started_at=datetime(2025, number, 15, tzinfo=UTC))
    Amendment.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        recalculate(patient=march, now=NOON)
    assert len(captured) == 7, "workouts, answers, what was kept, certified months, time, what is kept, amendments"
    assert Amendment.objects.count() == months


@pytest.mark.django_db(transaction=True)
def test_of_many_certifications_at_once_one_holds() -> None:
    make = Make()
    assert make.pat.pk

    def attempt() -> str:
        try:
            certify(make.pat, make.dana)
        except AlreadyCertified:
            return "refused"
        return "certified"

    assert sorted(together([attempt] * 6)) == ["certified"] + ["refused"] * 5
    assert CertifiedMonth.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_time_that_meets_a_certification_is_certified_or_amends() -> None:
    make = Make()
    pat, dana = make.pat, make.dana
    with holding(User.objects.filter(pk=pat.pk)) as background:
        recorded = background.start(lambda: spend(pat, dana, 600))
        until_waiting(1)
        row = certify(pat, dana)
    recorded.result()
    assert row.snapshot["seconds"] == 0
    assert list(Amendment.objects.values_list("proposal__seconds", flat=True)) == [600]


# --- any later data at all ---

LATER = st.lists(
    st.tuples(
        st.sampled_from(["workout", "bare", "inferred", "answer", "time", "supersede"]),
        st.integers(0, 60),
        st.integers(1, 4000),
    ),
    min_size=1,
    max_size=8,
)


def happen(make: Make, patient: User, kind: str, days_ago: int, number: int) -> None:
    at = NOON - days_ago * DAY
    if kind == "time":
        spend(patient, make.dana, number, started_at=at)
        return
    if kind == "answer":
        record_answer(patient=patient, day=at.date(), has_data=bool(number % 2), key=f"{patient.pk}:{number}")
    elif kind == "supersede":
        patient.workouts.filter(completed_via_app_entrance=True).update(superseded_at=NOON)
    else:
        inferred = kind == "inferred"
        workout = make.workout(
            patient=patient, completed_at=at, completed_via_app_entrance=inferred, exercises=kind == "workout"
        )
        workout.exercises.update(exertion=number % 11)
    with transaction.atomic():
        recalculate(patient=lock_patient(patient.pk), now=NOON)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=LATER, later=LATER)
def test_a_locked_month_never_changes_under_any_later_data(
    make: Make, before: Sequence[tuple[str, int, int]], later: Sequence[tuple[str, int, int]]
) -> None:
    patient = make.patient(doctors=[make.dana])
    for kind, days_ago, number in before:
        happen(make, patient, kind, days_ago, number)
    row = certify(patient, make.dana)
    as_certified = CertifiedMonth.objects.filter(pk=row.pk).values().get()
    states = []
    for kind, days_ago, number in later:
        happen(make, patient, kind, days_ago, number)
        proposed = what_would_be_certified(patient=patient, month=MARCH)
        if proposed != row.snapshot and proposed not in states:
            states.append(proposed)
        assert CertifiedMonth.objects.filter(pk=row.pk).values().get() == as_certified
        shown = [month for month in monitoring(patient=patient, now=NOON).months if month[1]]
        assert shown == [(row.snapshot, row.locked_at)]
        assert list(row.amendments.order_by("pk").values_list("proposal", flat=True)) == states
