"""The pure rules of monitoring: the whole boundary table, under the rules of each year."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtm.rules import (
    Day,
    Spent,
    episode,
    grade_answer,
    grade_workout,
    graded,
    last_of,
    management,
    month_of,
    windows,
)
from rtm.rulesets import RULE_SETS, RuleSet, in_force
from rtm.states import DayReason, EpisodeReason, Grade, MonthReason, WindowReason

DAY = timedelta(days=1)
FIRST = date(2026, 4, 1)
APRIL = FIRST


def therapeutic(count: int, first: date = FIRST) -> list[Day]:
    return [Day(first + number * DAY, Grade.THERAPEUTIC) for number in range(count)]


def minutes(text: str) -> int:
    whole, seconds = text.split(":")
    return int(whole) * 60 + int(seconds)


# --- a day ---


@pytest.mark.parametrize(
    ("inferred", "entered", "grade"),
    [
        (False, True, Grade.THERAPEUTIC),
        (False, False, Grade.ACCESS),
        (True, False, Grade.INFERRED),
        (True, True, Grade.INFERRED),
    ],
)
def test_a_workout_is_worth_what_the_patient_entered(inferred: bool, entered: bool, grade: Grade) -> None:
    assert grade_workout(inferred=inferred, entered=entered) is grade


@pytest.mark.parametrize(("has_data", "grade"), [(True, Grade.THERAPEUTIC), (False, Grade.ACCESS)])
def test_an_answer_is_worth_what_is_in_it(has_data: bool, grade: Grade) -> None:
    assert grade_answer(has_data=has_data) is grade


@pytest.mark.parametrize(
    ("pieces", "grade", "counted", "reason"),
    [
        (["therapeutic"], "therapeutic", True, "counted: the patient entered data"),
        (["communication"], "communication", False, "excluded: messages only, no data about the exercises"),
        (["access"], "access", False, "excluded: the app was used, but no value was entered"),
        (["inferred"], "inferred", False, "excluded: inferred from an app visit, not reported by the patient"),
        (["inferred", "access"], "access", False, DayReason.NOTHING_ENTERED.label),
        (["inferred", "access", "communication"], "communication", False, DayReason.ONLY_MESSAGES.label),
        (["inferred", "therapeutic", "access", "communication"], "therapeutic", True, DayReason.ENTERED.label),
        (["therapeutic", "therapeutic"], "therapeutic", True, DayReason.ENTERED.label),
    ],
)
def test_a_day_is_worth_its_strongest_piece(pieces: list[str], grade: str, counted: bool, reason: str) -> None:
    [day] = graded((FIRST, Grade(piece)) for piece in pieces)
    assert (day.day, day.grade, day.counted, day.reason.label) == (FIRST, grade, counted, reason)


def test_days_come_in_order_and_once() -> None:
    found = graded([(FIRST + DAY, Grade.ACCESS), (FIRST, Grade.INFERRED), (FIRST + DAY, Grade.THERAPEUTIC)])
    assert found == [Day(FIRST, Grade.INFERRED), Day(FIRST + DAY, Grade.THERAPEUTIC)]


# --- windows ---


@pytest.mark.parametrize(
    ("days", "code"),
    [(1, None), (2, "98985"), (3, "98985"), (15, "98985"), (16, "98977"), (29, "98977"), (30, "98977")],
)
def test_days_in_a_window_from_2026(days: int, code: str | None) -> None:
    [window] = windows(therapeutic(days), through=FIRST)
    assert (window.starts_on, window.ends_on) == (FIRST, date(2026, 4, 30))
    assert (window.days, window.code) == (days, code)
    assert window.reason is (WindowReason.REACHED if code else WindowReason.TOO_FEW_DAYS)


@pytest.mark.parametrize(("days", "code"), [(1, None), (2, None), (15, None), (16, "98977"), (30, "98977")])
def test_days_in_a_window_until_2025(days: int, code: str | None) -> None:
    [window] = windows(therapeutic(days, date(2025, 4, 1)), through=date(2025, 4, 1))
    assert (window.days, window.code) == (days, code)


@pytest.mark.parametrize("grade", [Grade.INFERRED, Grade.ACCESS, Grade.COMMUNICATION])
def test_fifteen_days_and_one_that_does_not_count_are_fifteen(grade: Grade) -> None:
    [window] = windows([*therapeutic(15), Day(FIRST + 15 * DAY, grade)], through=FIRST)
    assert (window.days, window.code) == (15, "98985")


def test_days_that_do_not_count_begin_nothing() -> None:
    days = [Day(FIRST, Grade.INFERRED), Day(FIRST + DAY, Grade.ACCESS)]
    assert windows(days, through=FIRST + 90 * DAY) == []
    [window] = windows([*days, *therapeutic(2, FIRST + 2 * DAY)], through=FIRST)
    assert (window.starts_on, window.days) == (FIRST + 2 * DAY, 2)


def test_windows_follow_each_other_and_carry_nothing_over() -> None:
    days = [*therapeutic(30), *therapeutic(1, FIRST + 30 * DAY), *therapeutic(2, FIRST + 90 * DAY)]
    found = windows(days, through=FIRST + 120 * DAY)
    assert [(window.starts_on, window.ends_on, window.days, window.code) for window in found] == [
        (date(2026, 4, 1), date(2026, 4, 30), 30, "98977"),
        (date(2026, 5, 1), date(2026, 5, 30), 1, None),
        (date(2026, 5, 31), date(2026, 6, 29), 0, None),
        (date(2026, 6, 30), date(2026, 7, 29), 2, "98985"),
        (date(2026, 7, 30), date(2026, 8, 28), 0, None),
    ]


@pytest.mark.parametrize(("through", "count"), [(29, 1), (30, 2), (59, 2), (60, 3)])
def test_the_last_window_is_todays(through: int, count: int) -> None:
    assert len(windows(therapeutic(1), through=FIRST + through * DAY)) == count


def test_a_day_ahead_of_today_has_its_window_too() -> None:
    days = [*therapeutic(1), *therapeutic(1, FIRST + 30 * DAY)]
    assert [window.days for window in windows(days, through=FIRST + 29 * DAY)] == [1, 1]


@pytest.mark.parametrize(
    ("starts_on", "days", "code"),
    [
        (date(2025, 12, 1), 5, None),  # ends on 30 December 2025
        (date(2025, 12, 2), 5, None),  # ends on 31 December 2025
        (date(2025, 12, 3), 5, "98985"),  # ends on 1 January 2026
        (date(2025, 12, 3), 1, None),
        (date(2025, 12, 3), 16, "98977"),
        (date(2021, 12, 2), 30, None),  # ends before there were rules
        (date(2021, 12, 3), 30, "98977"),
    ],
)
def test_a_window_is_judged_by_the_rules_of_its_last_day(starts_on: date, days: int, code: str | None) -> None:
    [window] = windows(therapeutic(days, starts_on), through=starts_on)
    assert window.code == code
    assert (window.reason is WindowReason.NO_RULES) == (window.ends_on < date(2022, 1, 1))


# --- the set-up, once per episode ---


@pytest.mark.parametrize(
    ("days", "reached_on"),
    [
        ([], None),
        (therapeutic(1), None),
        (therapeutic(2), date(2026, 4, 2)),
        (therapeutic(40), date(2026, 4, 2)),
        # One day in each of two windows is two days in none.
        ([*therapeutic(1), *therapeutic(1, FIRST + 30 * DAY)], None),
        ([*therapeutic(1), *therapeutic(2, FIRST + 30 * DAY)], date(2026, 5, 2)),
        ([*therapeutic(1), Day(FIRST + DAY, Grade.INFERRED)], None),
        (therapeutic(15, date(2025, 4, 1)), None),
        (therapeutic(16, date(2025, 4, 1)), date(2025, 4, 16)),
        # Five days in 2025 are too few then; the first of 2026 is the sixth, and two are enough.
        ([*therapeutic(5, date(2025, 12, 20)), *therapeutic(1, date(2026, 1, 5))], date(2026, 1, 5)),
        (therapeutic(5, date(2025, 12, 20)), None),
    ],
)
def test_the_set_up_is_reached_once(days: list[Day], reached_on: date | None) -> None:
    found = episode(days)
    assert (found.reached_on, found.code) == (reached_on, "98975" if reached_on else None)
    assert found.starts_on == (days[0].day if days else None)
    expected = EpisodeReason.REACHED if reached_on else EpisodeReason.TOO_FEW_DAYS if days else EpisodeReason.NO_DATA
    assert found.reason is expected


# --- management time ---


@pytest.mark.parametrize(
    ("time", "codes"),
    [
        ("0:01", []),
        ("9:59", []),
        ("10:00", ["98979"]),
        ("19:59", ["98979"]),
        ("20:00", ["98980"]),
        ("39:59", ["98980"]),
        ("40:00", ["98980", "98981"]),
        ("59:59", ["98980", "98981"]),
        ("60:00", ["98980", "98981", "98981"]),
        ("80:00", ["98980", "98981", "98981", "98981"]),
    ],
)
def test_minutes_of_a_month_from_2026(time: str, codes: list[str]) -> None:
    month = management(APRIL, [Spent(APRIL, minutes(time), live_contact=True)])
    assert (month.seconds, month.live_contacts, list(month.codes)) == (minutes(time), 1, codes)
    assert month.reason is (MonthReason.REACHED if codes else MonthReason.TOO_SHORT)


@pytest.mark.parametrize(
    ("time", "codes"),
    [("10:00", []), ("19:59", []), ("20:00", ["98980"]), ("39:59", ["98980"]), ("40:00", ["98980", "98981"])],
)
def test_minutes_of_a_month_until_2025(time: str, codes: list[str]) -> None:
    month = date(2025, 12, 1)
    assert list(management(month, [Spent(month, minutes(time), live_contact=True)]).codes) == codes


@pytest.mark.parametrize(
    ("month", "codes"),
    [(date(2025, 12, 1), ()), (date(2026, 1, 1), ("98979",)), (date(2021, 12, 1), ()), (date(2022, 1, 1), ())],
)
def test_a_month_is_judged_by_its_own_rules(month: date, codes: tuple[str, ...]) -> None:
    found = management(month, [Spent(month, 600, live_contact=True)])
    assert found.codes == codes
    assert (found.reason is MonthReason.NO_RULES) == (month < date(2022, 1, 1))


@pytest.mark.parametrize("time", ["10:00", "20:00", "60:00"])
def test_without_a_live_contact_there_is_no_code_and_the_reason_says_so(time: str) -> None:
    month = management(APRIL, [Spent(APRIL, minutes(time), live_contact=False)])
    assert (month.codes, month.live_contacts, month.reason) == ((), 0, MonthReason.NO_LIVE_CONTACT)
    assert month.reason.label == "no live contact with the patient in this month"


@pytest.mark.parametrize("live_contact", [True, False])
def test_too_little_time_is_too_little_whoever_spoke(live_contact: bool) -> None:
    assert management(APRIL, [Spent(APRIL, 599, live_contact)]).reason is MonthReason.TOO_SHORT


def test_seconds_are_summed_and_never_rounded() -> None:
    entries = [Spent(APRIL, 29, live_contact=False)] * 20 + [Spent(APRIL, 19, live_contact=True)]
    assert management(APRIL, entries).codes == ()
    assert management(APRIL, [*entries, Spent(APRIL, 1, live_contact=False)]).codes == ("98979",)


def test_another_months_time_and_contact_count_for_nothing() -> None:
    month = management(APRIL, [Spent(date(2026, 3, 1), 6000, live_contact=True), Spent(APRIL, 600, live_contact=False)])
    assert (month.seconds, month.live_contacts, month.codes) == (600, 0, ())


def test_a_month_without_time_says_so() -> None:
    assert management(APRIL, []).reason is MonthReason.NO_TIME
    assert management(date(2021, 12, 1), [Spent(date(2021, 12, 1), 6000, True)]).reason is MonthReason.NO_RULES


@pytest.mark.parametrize(
    ("instant", "zone", "month"),
    [
        (datetime(2026, 5, 1, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 4, 1)),
        (datetime(2026, 5, 1, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 5, 1)),
        (datetime(2025, 12, 31, 9, 59, tzinfo=UTC), "Pacific/Kiritimati", date(2025, 12, 1)),
        (datetime(2025, 12, 31, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 1, 1)),
        (datetime(2026, 4, 30, 18, 15, tzinfo=UTC), "Asia/Kathmandu", date(2026, 5, 1)),
    ],
)
def test_months_are_a_zones_own(instant: datetime, zone: str, month: date) -> None:
    assert month_of(instant, ZoneInfo(zone)) == month


@pytest.mark.parametrize(
    ("month", "last"),
    [(2, date(2026, 2, 28)), (4, date(2026, 4, 30)), (12, date(2026, 12, 31)), (1, date(2026, 1, 31))],
)
def test_the_last_day_of_a_month(month: int, last: date) -> None:
    assert last_of(date(2026, month, 1)) == last


# --- the rule sets themselves ---


def test_rules_are_dated_sourced_and_in_order() -> None:
    dates = [rules.in_force_from for rules in RULE_SETS]
    assert dates == sorted(set(dates))
    assert all(rules.source.startswith("CMS, ") for rules in RULE_SETS)
    found = [in_force(day) for day in (date(2021, 12, 31), date(2022, 1, 1), date(2025, 12, 31), date(2026, 1, 1))]
    assert [rules and rules.name for rules in found] == [None, "2022", "2022", "2026"]


@pytest.mark.parametrize("rules", RULE_SETS, ids=lambda rules: rules.name)
def test_no_number_of_days_has_two_codes(rules: RuleSet) -> None:
    for days in range(31):
        assert sum(band.least <= days <= band.most for band in rules.supply) <= 1


# --- any evidence at all ---

EVIDENCE = st.lists(st.tuples(st.dates(date(2025, 11, 1), date(2026, 3, 1)), st.sampled_from(list(Grade))), max_size=60)


@hypothesis_settings(max_examples=200, deadline=None)
@given(evidence=EVIDENCE, through=st.dates(date(2025, 11, 1), date(2026, 5, 1)))
def test_windows_tile_and_hold_every_counted_day_once(evidence: list[tuple[date, Grade]], through: date) -> None:
    days = graded(evidence)
    counted = {day for day, grade in evidence if grade is Grade.THERAPEUTIC}
    found = windows(days, through=through)
    assert sum(window.days for window in found) == len(counted)
    if not counted:
        assert found == []
        return
    assert found[0].starts_on == min(counted)
    for window, following in pairwise(found):
        assert following.starts_on == window.ends_on + DAY
    for window in found:
        assert window.ends_on - window.starts_on == 29 * DAY
        assert window.days == sum(window.starts_on <= day <= window.ends_on for day in counted)


@hypothesis_settings(max_examples=200, deadline=None)
@given(evidence=EVIDENCE, more=EVIDENCE)
def test_evidence_that_is_not_therapeutic_changes_no_code(
    evidence: list[tuple[date, Grade]], more: list[tuple[date, Grade]]
) -> None:
    weak = [(day, grade) for day, grade in more if grade is not Grade.THERAPEUTIC]
    through = date(2026, 5, 1)
    with_weak, without = graded(evidence + weak), graded(evidence)
    assert windows(with_weak, through=through) == windows(without, through=through)
    assert episode(with_weak) == episode(without)
