"""The doctor's doors to monitoring: the exact shapes, and who gets which answer in which order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import CareLink, TenantSettings, User
from rtm.actions.recalculate import recalculate
from rtm.models import CertifiedMonth, TimeEntry
from tests.make import NOON, Make
from workouts.models import Workout

DAY = timedelta(days=1)
SHOW = "/v2/doctor/rtm"
RECORD = "/v2/doctor/rtm/time-entries"


@pytest.fixture
def make(db: None) -> Make:
    return Make(flags=["rtmBillingDashboard"])


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def of(patient: User) -> str:
    return f"{SHOW}?patientId={patient.pk}"


def shown(make: Make) -> Any:
    answer = make.api(make.dana).get(of(make.pat))
    assert answer.status_code == 200, answer.content
    return answer.json()


def did(make: Make, *days_ago: int, **felt: Any) -> None:
    """A completed workout on each of these days before today."""
    for days in days_ago:
        make.workout(completed_at=NOON - days * DAY, exercises=1).exercises.update(**felt)
    recalculate(patient=make.pat, now=NOON)


def spent(make: Make, seconds: int, *, live_contact: bool = True, **fields: Any) -> TimeEntry:
    entry = {"started_at": NOON - DAY, "doctor": make.dana, "note": "", **fields}
    return TimeEntry.objects.create(patient=make.pat, seconds=seconds, live_contact=live_contact, **entry)


def body(make: Make, **changes: Any) -> dict[str, Any]:
    """A time entry that is welcome, but for the changes; None leaves a field out."""
    given = {
        "patientId": make.pat.pk,
        "startedAt": "2026-04-08T11:00:00Z",
        "seconds": 600,
        "liveContact": True,
        "note": "Called about the knee.",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


# --- what is shown ---


def test_nothing_yet(make: Make) -> None:
    assert shown(make) == {
        "episode": {"startsOn": None, "reachedOn": None, "code": None, "reason": "no day of data yet"},
        "days": [],
        "windows": [],
        "months": [],
    }


def test_everything_with_its_reason_and_the_newest_first(make: Make) -> None:
    did(make, 37, 9, pain=2)
    did(make, 8)
    make.workout(completed_at=NOON - 2 * DAY, completed_via_app_entrance=True)
    did(make, 1, 0, pain=2)
    spent(make, 599)
    spent(make, 1, live_contact=False)
    spent(make, 1200, live_contact=False, started_at=NOON - 10 * DAY)
    entered, so_far = "counted: the patient entered data", "so far; the window is still open"
    day = {"grade": "therapeutic", "counted": True, "reason": entered}
    assert shown(make) == {
        "episode": {
            "startsOn": "2026-03-02",
            "reachedOn": "2026-03-30",
            "code": "98975",
            "reason": "enough days of data in one window",
        },
        "days": [
            {"date": "2026-04-08", **day},
            {"date": "2026-04-07", **day},
            {
                "date": "2026-04-06",
                "grade": "inferred",
                "counted": False,
                "reason": "excluded: inferred from an app visit, not reported by the patient",
            },
            {
                "date": "2026-03-31",
                "grade": "access",
                "counted": False,
                "reason": "excluded: the app was used, but no value was entered",
            },
            {"date": "2026-03-30", **day},
            {"date": "2026-03-02", **day},
        ],
        "windows": [
            {
                "startsOn": "2026-04-01",
                "endsOn": "2026-04-30",
                "days": 2,
                "code": "98985",
                "reason": f"enough days of data for this code {so_far}",
            },
            {
                "startsOn": "2026-03-02",
                "endsOn": "2026-03-31",
                "days": 2,
                "code": "98985",
                "reason": "enough days of data for this code",
            },
        ],
        "months": [
            {
                "month": "2026-04",
                "seconds": 600,
                "liveContacts": 1,
                "codes": ["98979"],
                "reason": "enough management time, and live contact",
                "lockedAt": None,
            },
            {
                "month": "2026-03",
                "seconds": 1200,
                "liveContacts": 0,
                "codes": [],
                "reason": "no live contact with the patient in this month",
                "lockedAt": None,
            },
        ],
    }


@pytest.mark.parametrize(
    ("days", "code"), [(1, None), (2, "98985"), (15, "98985"), (16, "98977")], ids=lambda value: str(value)
)
def test_days_from_workouts_to_a_code(make: Make, days: int, code: str | None) -> None:
    did(make, *range(days), pain=1)
    [window] = shown(make)["windows"]
    assert (window["days"], window["code"]) == (days, code)


def test_fifteen_days_and_an_inferred_one_are_fifteen(make: Make) -> None:
    make.workout(completed_at=NOON, completed_via_app_entrance=True)
    did(make, *range(1, 16), pain=1)
    answer = shown(make)
    assert [(window["days"], window["code"]) for window in answer["windows"]] == [(15, "98985")]
    assert len(answer["days"]) == 16


@pytest.mark.parametrize(
    ("seconds", "codes"),
    [
        (599, []),
        (600, ["98979"]),
        (1199, ["98979"]),
        (1200, ["98980"]),
        (2399, ["98980"]),
        (2400, ["98980", "98981"]),
        (3600, ["98980", "98981", "98981"]),
    ],
)
def test_time_from_entries_to_codes(make: Make, seconds: int, codes: list[str]) -> None:
    spent(make, seconds)
    [month] = shown(make)["months"]
    assert (month["seconds"], month["codes"]) == (seconds, codes)


def test_a_month_in_which_only_a_window_ends_is_there(make: Make) -> None:
    did(make, 60, pain=1)
    assert [month["month"] for month in shown(make)["months"]] == ["2026-03", "2026-02"]


def test_a_locked_month_shows_what_was_certified(make: Make) -> None:
    snapshot = {"month": "2026-03", "seconds": 700, "liveContacts": 2, "codes": ["98979"], "reason": "reached"}
    CertifiedMonth.objects.create(
        patient=make.pat,
        month=(NOON - 30 * DAY).date().replace(day=1),
        certified_by=make.dana,
        recorded_by=make.dana,
        locked_at=NOON,
        snapshot=snapshot,
    )
    spent(make, 6000, started_at=NOON - 10 * DAY)
    assert shown(make)["months"] == [
        {
            "month": "2026-03",
            "seconds": 700,
            "liveContacts": 2,
            "codes": ["98979"],
            "reason": "enough management time, and live contact",
            "lockedAt": "2026-04-08T12:00:00Z",
        }
    ]


def test_sentences_follow_the_readers_language(make: Make) -> None:
    did(make, 0, pain=1)
    api = make.api(make.dana)
    answer = api.get(of(make.pat), HTTP_ACCEPT_LANGUAGE="ru")
    assert answer.json()["days"][0]["reason"] != ""


# --- what is recorded ---


def test_time_is_recorded(make: Make) -> None:
    answer = make.api(make.dana).post(RECORD, body(make, note="  Called.  "))
    entry = TimeEntry.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": entry.pk,
            "patientId": make.pat.pk,
            "doctorId": make.dana.pk,
            "startedAt": "2026-04-08T11:00:00Z",
            "seconds": 600,
            "liveContact": True,
            "note": "Called.",
            "month": "2026-04",
        },
    )
    assert (entry.patient, entry.doctor, entry.seconds, entry.live_contact) == (make.pat, make.dana, 600, True)


@pytest.mark.parametrize(("note", "kept"), [(None, ""), ("", ""), ("😀" * 1000, "😀" * 1000)])
def test_a_note_is_optional_and_counted_in_characters(make: Make, note: str | None, kept: str) -> None:
    assert make.api(make.dana).post(RECORD, body(make, note=note)).status_code == 201
    assert TimeEntry.objects.get().note == kept


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("seconds", 0, "seconds"),
        ("seconds", 86401, "seconds"),
        ("seconds", -5, "seconds"),
        ("seconds", 1.5, "seconds"),
        ("seconds", "ten", "seconds"),
        ("seconds", None, "seconds"),
        ("startedAt", "2026-04-08T12:00:01Z", "startedAt"),
        ("startedAt", "2026-04-08T13:59:59+01:00", "startedAt"),
        ("startedAt", "2021-12-30T23:59:59Z", "startedAt"),
        ("startedAt", "0001-01-01T00:00:00Z", "startedAt"),
        ("startedAt", "yesterday", "startedAt"),
        ("startedAt", None, "startedAt"),
        ("liveContact", None, "liveContact"),
        ("liveContact", "maybe", "liveContact"),
        ("note", "x" * 1001, "note"),
        ("patientId", None, "patientId"),
        ("patientId", "x", "patientId"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_recorded(make: Make, field: str, value: Any, named: str) -> None:
    answer = make.api(make.dana).post(RECORD, body(make, **{field: value}))
    assert (answer.status_code, answer.json()["code"], set(answer.json()["fields"])) == (400, "invalid", {named})
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("seconds", [1, 86400])
def test_an_entry_may_last_a_second_or_a_day(make: Make, seconds: int) -> None:
    answer = make.api(make.dana).post(RECORD, body(make, seconds=seconds, startedAt="2026-04-08T12:00:00Z"))
    assert answer.status_code == 201
    assert TimeEntry.objects.get().seconds == seconds


def test_without_a_patient_everything_that_is_wrong_is_told(make: Make) -> None:
    answer = make.api(make.dana).post(RECORD, {})
    assert set(answer.json()["fields"]) == {"patientId", "startedAt", "seconds", "liveContact"}


@pytest.mark.parametrize(
    ("zone", "started_at", "month"),
    [
        # New York has April until 04:00 UTC; the entry goes on into May and belongs to April.
        ("America/New_York", "2026-04-01T03:59:59Z", "2026-03"),
        ("America/New_York", "2026-04-01T04:00:00Z", "2026-04"),
        ("Pacific/Kiritimati", "2026-03-31T09:59:59Z", "2026-03"),
        ("Pacific/Kiritimati", "2026-03-31T10:00:00Z", "2026-04"),
    ],
)
def test_an_entry_belongs_to_the_clinics_month_it_began_in(make: Make, zone: str, started_at: str, month: str) -> None:
    make.clinic.timezone = zone
    make.clinic.save(update_fields=["timezone"])
    User.objects.filter(pk=make.pat.pk).update(timezone="Asia/Kathmandu")
    answer = make.api(make.dana).post(RECORD, body(make, startedAt=started_at, seconds=86400))
    assert (answer.status_code, answer.json()["month"]) == (201, month)
    assert [(row["month"], row["seconds"]) for row in shown(make)["months"]] == [(month, 86400)]


# --- who ---


def ask(make: Make, name: str | None, method: str, **changes: Any) -> Any:
    api = make.api(getattr(make, name) if name else None)
    return api.get(of(make.pat)) if method == "GET" else api.post(RECORD, body(make, **changes))


@pytest.mark.parametrize(
    ("name", "shows", "records"),
    [
        ("dana", 200, 201),
        ("omar", 404, 404),
        ("stella", 404, 404),
        ("pat", 403, 403),
        ("ada", 403, 403),
        (None, 401, 401),
    ],
)
def test_who_may_look_and_record(make: Make, name: str | None, shows: int, records: int) -> None:
    assert ask(make, name, "GET").status_code == shows
    assert ask(make, name, "POST").status_code == records
    assert TimeEntry.objects.count() == (1 if records == 201 else 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("name", "code"), [("dana", "feature_disabled"), ("omar", "feature_disabled")])
def test_the_feature_comes_before_the_patient(make: Make, method: str, name: str, code: str) -> None:
    assert make.pat.pk
    TenantSettings.objects.update(features={})
    answer = ask(make, name, method, seconds=0)
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "Feature not enabled for this tenant", "code": code},
    )
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_role_comes_before_the_feature(make: Make, method: str) -> None:
    assert make.pat.pk
    TenantSettings.objects.update(features={})
    answer = ask(make, "pat", method)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_the_patient_comes_before_what_else_is_wrong(make: Make) -> None:
    answer = ask(make, "omar", "POST", seconds=0, startedAt="never")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found.", "code": "not_found"})


@pytest.mark.parametrize("garbage", ["", "x", "0", "-1", "1.5", "%00", "9" * 30])
def test_a_patient_that_is_no_key_is_refused(make: Make, garbage: str) -> None:
    answer = make.api(make.dana).get(f"{SHOW}?patientId={garbage}")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"patientId"})
    assert make.api(make.dana).get(SHOW).status_code == 400


@pytest.mark.parametrize("change", ["ended", "archived"])
def test_a_doctor_who_is_no_longer_connected_sees_and_records_nothing(make: Make, change: str) -> None:
    assert make.pat.pk
    if change == "ended":
        CareLink.objects.update(ended_at=NOON)
    else:
        User.objects.filter(pk=make.pat.pk).update(archived_at=NOON)
    assert [ask(make, "dana", method).status_code for method in ("GET", "POST")] == [404, 404]
    assert not TimeEntry.objects.exists()


# --- what it costs ---


@pytest.mark.parametrize("count", [1, 60])
def test_looking_and_recording_cost_the_same_however_long_the_history(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    days = [NOON - number * DAY for number in range(count)]
    Workout.objects.bulk_create(
        Workout(
            tenant=make.clinic,
            patient=make.pat,
            doctor=make.dana,
            date_scheduled=NOON.date(),
            status="COMPLETED",
            completed_at=day,
            completed_on=day.date(),
        )
        for day in days
    )
    TimeEntry.objects.bulk_create(
        TimeEntry(patient=make.pat, doctor=make.dana, started_at=day, seconds=60, live_contact=True) for day in days
    )
    recalculate(patient=make.pat, now=NOON)
    api = make.api(make.dana)
    with django_assert_num_queries(7):
        assert len(api.get(of(make.pat)).json()["days"]) == count
    with django_assert_num_queries(8):
        assert api.post(RECORD, body(make)).status_code == 201
