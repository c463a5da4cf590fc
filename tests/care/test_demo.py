"""The demo clinics: what ``seed_demo`` promises, on the first day and on later ones."""

import io
import json
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from rest_framework.test import APIClient

from accounts.models import CareLink, FlagChange, Tenant, TenantSettings, User
from accounts.queries import connected_doctors, features
from care.demo.cast import PASSWORD
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from feedback.rules import Felt, flags
from followups.models import ApiKey, FollowUpAttempt, FollowUpMessage, FollowUpRequest, ProviderReviewRequest
from messaging.models import Conversation, Message, Participant
from messaging.states import MessageType
from notifications.models import Device, Notification, Push
from notifications.states import PushStatus
from rtm.models import EvidenceDay
from tests.make import Make
from workouts.models import ExerciseInWorkout, Streak, Workout
from workouts.states import Status

pytestmark = pytest.mark.django_db

# Noon in New York; at 03:30 UTC of the next day it is still the 8th there.
VISITED = ["2026-03-10", "2026-03-19", "2026-03-28", "2026-04-07"]
REAL = Workout.objects.filter(completed_via_app_entrance=False)
WEDNESDAY = datetime(2026, 4, 8, 16, 0, tzinfo=UTC)
TODAY = date(2026, 4, 8)


def seed(path: Path, at: datetime = WEDNESDAY, **options: Any) -> dict[str, Any]:
    with time_machine.travel(at, tick=False):
        call_command("seed_demo", json=path, stdout=io.StringIO(), **options)
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "seed.json"


@pytest.fixture
def facts(db: None, told: Path) -> dict[str, Any]:
    return seed(told)


def rows() -> dict[str, int]:
    models = (
        Tenant, TenantSettings, User, CareLink, Workout, ExerciseInWorkout, Conversation, Participant,
        Message, FeedbackSummary, NoteDelivery, Notification, Push, Device,
        ApiKey, FollowUpRequest, FollowUpMessage, FollowUpAttempt, ProviderReviewRequest,
    )  # fmt: skip
    return {model.__name__: model._default_manager.count() for model in models}


def person(facts: dict[str, Any], who: str) -> User:
    return User.objects.select_related("tenant").get(pk=facts["demo"][who]["id"])


def planned_days(patient: User) -> list[date]:
    planned = Workout.objects.filter(patient=patient, status=Status.PLANNED).order_by("date_scheduled", "pk")
    return list(planned.values_list("date_scheduled", flat=True))


def test_the_file_names_who_may_sign_in_and_what_is_planned(facts: dict[str, Any], told: Path) -> None:
    emails = {who: one["email"] for who, one in facts["demo"].items()}

    assert emails == {
        "doctor": "dana.reed@riverside.example.com",
        "patient": "pat.lee@riverside.example.com",
        "otherDoctor": "omar.aziz@riverside.example.com",
        "admin": "ada.king@riverside.example.com",
        "strangerDoctor": "stella.berg@harbor.example.com",
    }
    assert all(person(facts, who).check_password(one["password"]) for who, one in facts["demo"].items())
    assert facts["workoutIds"] == list(
        Workout.objects.filter(patient=person(facts, "patient"), status=Status.PLANNED)
        .order_by("date_scheduled")
        .values_list("pk", flat=True)
    )
    assert stat.S_IMODE(told.stat().st_mode) == 0o600


def test_dana_is_connected_to_pat_and_omar_and_stella_are_not(facts: dict[str, Any]) -> None:
    pat, dana = person(facts, "patient"), person(facts, "doctor")

    assert list(connected_doctors(pat)) == [dana]
    assert CareLink.objects.filter(doctor=dana).count() == 4
    assert person(facts, "otherDoctor").tenant == pat.tenant
    assert person(facts, "strangerDoctor").tenant != pat.tenant
    assert person(facts, "admin").tenant == pat.tenant


def test_everybody_but_patients_may_open_the_admin_and_nobody_is_an_operator(facts: dict[str, Any]) -> None:
    assert set(User.objects.filter(is_staff=True)) == set(User.objects.exclude(user_type="PATIENT"))
    assert {person(facts, "admin"), person(facts, "doctor")} <= set(User.objects.filter(is_staff=True))
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_key_that_is_told_opens_the_clinics_tables(facts: dict[str, Any]) -> None:
    headers = {"apikey": facts["apiKey"], "Authorization": f"Bearer {facts['apiKey']}"}
    conversation_id = facts["followUps"]["conversationId"]
    answer = APIClient().get(
        f"/rest/v1/provider_review_requests?conversation_id=eq.{conversation_id}&select=user_id,status", headers=headers
    )

    assert answer.json() == [{"user_id": facts["followUps"]["userId"], "status": "pending"}]
    assert facts["followUps"]["userId"] == str(facts["demo"]["patient"]["id"])
    assert Device.objects.get(user=facts["demo"]["patient"]["id"]).token == "ExponentPushToken[demo-pat]"
    assert not FollowUpRequest.objects.filter(conversation_id=conversation_id).exists()


def test_something_is_promised_for_tomorrow_at_nine_and_one_promise_could_not_be_kept(facts: dict[str, Any]) -> None:
    promised = FollowUpRequest.objects.get(status="scheduled")
    failed = FollowUpRequest.objects.get(status="failed")

    assert promised.scheduled_for == datetime(2026, 4, 9, 13, 0, tzinfo=UTC)
    assert promised.scheduled_by == person(facts, "doctor")
    assert FollowUpAttempt.objects.get(follow_up_id=failed.pk).reason == failed.last_error == "DeviceNotRegistered"


def test_the_clinic_has_its_three_features_on(facts: dict[str, Any]) -> None:
    switched = features(person(facts, "patient").tenant_id)

    assert switched == {
        "feedbackNotifications": True,
        "appEntranceTracking": True,
        "rtmBillingDashboard": True,
        "discreetPush": False,
        "inferredVisitsKeepStreaks": True,
        "anyConnectedDoctorMayNote": False,
    }


def test_the_first_of_three_planned_workouts_is_for_today(facts: dict[str, Any]) -> None:
    pat = person(facts, "patient")

    assert planned_days(pat) == [TODAY, date(2026, 4, 10), date(2026, 4, 12)]
    sizes = Workout.objects.filter(pk__in=facts["workoutIds"]).annotate(size=Count("exercises"))
    assert {workout.size for workout in sizes} == {4}


def test_today_is_the_day_it_is_for_the_patient(told: Path) -> None:
    facts = seed(told, datetime(2026, 4, 9, 3, 30, tzinfo=UTC))

    assert planned_days(person(facts, "patient"))[0] == TODAY


def test_nothing_is_completed_today_and_five_weeks_lie_behind(facts: dict[str, Any]) -> None:
    days = list(
        REAL.filter(patient=person(facts, "patient"), status=Status.COMPLETED)
        .order_by("completed_on")
        .values_list("completed_on", flat=True)
    )

    assert (days[0], days[-1], len(days)) == (date(2026, 3, 4), date(2026, 4, 6), 15)
    assert not Workout.objects.filter(completed_on__gte=TODAY).exists()
    assert not Workout.objects.filter(completed_at__gte=WEDNESDAY).exists()


def test_every_flagged_session_has_the_card_it_would_have_had(facts: dict[str, Any]) -> None:
    flagged = {
        row.workout_id
        for row in ExerciseInWorkout.objects.filter(workout__status=Status.COMPLETED)
        if flags(Felt(row.pain, row.exertion, row.patient_notes))
    }
    cards = Message.objects.filter(type=MessageType.PATIENT_FEEDBACK_SUMMARY)

    assert len(flagged) == 17
    assert {card.metadata["workoutId"] for card in cards} == flagged
    assert {card.card_key for card in cards} == {f"summary:{pk}" for pk in flagged}
    assert FeedbackSummary.objects.count() == REAL.filter(status=Status.COMPLETED).count()


def test_every_written_note_is_on_the_one_card_of_its_review(facts: dict[str, Any]) -> None:
    noted = ExerciseInWorkout.objects.exclude(doctor_notes_post_exercise="")
    on_cards = {
        row["exerciseInWorkoutId"]: row["doctorNotesPostExercise"]
        for card in Message.objects.filter(type=MessageType.DOCTOR_FEEDBACK_NOTE)
        for row in card.metadata["exercises"]
    }

    assert on_cards == dict(noted.values_list("pk", "doctor_notes_post_exercise"))
    assert len(on_cards) == 17
    assert not noted.filter(doctor_notes_post_exercise_at=None).exists()


def test_nothing_of_the_past_is_due_or_on_its_way(facts: dict[str, Any]) -> None:
    assert not FeedbackSummary.objects.exclude(due_at=None, dead_at=None).exists()
    assert not FeedbackSummary.objects.filter(settled_at=None).exists()
    assert not NoteDelivery.objects.exclude(due_at=None, first_unsent_at=None, held_at=None, dead_at=None).exists()
    assert set(Push.objects.values_list("status", "receipt_due_at", "leased_until")) == {
        (PushStatus.DELIVERED, None, None)
    }


def assert_read_and_in_order(*, before: datetime) -> None:
    unread = Participant.objects.filter(last_read_seq__lt=F("conversation__last_seq"))

    assert not unread.exists()
    assert not Notification.objects.filter(read_at=None).exists()
    for conversation in Conversation.objects.all():
        said = list(conversation.messages.order_by("created_at", "seq").values_list("seq", "created_at"))
        assert [seq for seq, _ in said] == list(range(1, conversation.last_seq + 1))
        assert (conversation.created_at, conversation.last_activity_at) == (said[0][1], said[-1][1])
        assert conversation.last_activity_at < before


def test_everything_is_read_and_in_the_order_it_was_said(facts: dict[str, Any]) -> None:
    assert_read_and_in_order(before=WEDNESDAY)


def test_a_patient_of_two_doctors_has_one_group(facts: dict[str, Any]) -> None:
    groups = Conversation.objects.filter(type="GROUP").annotate(people=Count("participants"))

    assert [(group.title, group.people) for group in groups] == [("Maya's Doctors", 3)]


def test_running_it_again_changes_nothing(facts: dict[str, Any], told: Path) -> None:
    before = rows()

    again = seed(told)

    # Only the digest of a key is kept, so whoever is told again is told a fresh one.
    assert again | {"apiKey": facts["apiKey"]} == facts
    assert rows() == before


@pytest.mark.parametrize("days", [1, 2, 3, 9, 40])
def test_on_a_later_day_there_is_a_workout_for_today_again(facts: dict[str, Any], told: Path, days: int) -> None:
    later = seed(told, WEDNESDAY + timedelta(days=days))

    pat, today = person(facts, "patient"), TODAY + timedelta(days=days)
    planned = Workout.objects.filter(patient=pat, status=Status.PLANNED).order_by("date_scheduled")
    assert later["workoutIds"] == list(planned.values_list("pk", flat=True))
    assert planned_days(pat)[0] == today
    assert len(planned_days(pat)) >= 3
    assert not Workout.objects.filter(completed_on__gte=today).exists()
    assert not Workout.objects.filter(~Q(completed_on=F("date_scheduled")), status=Status.COMPLETED).exists()


def test_the_days_in_between_are_lived_as_well(facts: dict[str, Any], told: Path) -> None:
    seed(told, WEDNESDAY + timedelta(days=9))

    fresh = REAL.filter(patient=person(facts, "patient"), completed_on__gte=TODAY)
    assert list(fresh.order_by("completed_on").values_list("completed_on", flat=True)) == [
        date(2026, 4, 8),
        date(2026, 4, 10),
        date(2026, 4, 13),
        date(2026, 4, 15),
    ]
    assert_read_and_in_order(before=WEDNESDAY + timedelta(days=9))


def test_what_somebody_has_done_since_keeps_its_place(facts: dict[str, Any], told: Path) -> None:
    at = WEDNESDAY + timedelta(days=5)
    Workout.objects.filter(pk=facts["workoutIds"][0]).update(
        status=Status.COMPLETED, completed_at=at, completed_on=at.date()
    )

    seed(told, WEDNESDAY + timedelta(days=9))

    fresh = REAL.filter(patient=person(facts, "patient"), completed_on__gte=TODAY)
    assert list(fresh.order_by("completed_on").values_list("completed_on", flat=True)) == [
        date(2026, 4, 13),
        date(2026, 4, 15),
    ]


def test_its_features_were_switched_on_by_nobody_and_once(facts: dict[str, Any], told: Path) -> None:
    changes = FlagChange.objects.filter(tenant=person(facts, "patient").tenant)

    seed(told)

    assert sorted(changes.values_list("key", "on", "by")) == [
        ("appEntranceTracking", True, None),
        ("feedbackNotifications", True, None),
        ("rtmBillingDashboard", True, None),
    ]


def test_a_flag_that_was_switched_off_stays_off(facts: dict[str, Any], told: Path) -> None:
    tenant = person(facts, "patient").tenant
    assert tenant is not None
    TenantSettings.objects.filter(tenant=tenant).update(features={"feedbackNotifications": False, "unknown": True})

    seed(told)

    kept = TenantSettings.objects.get(tenant=tenant).features
    assert (kept["feedbackNotifications"], kept["unknown"], kept["appEntranceTracking"]) == (False, True, True)


def test_the_people_it_names_can_sign_in_whatever_was_changed(facts: dict[str, Any], told: Path) -> None:
    dana = person(facts, "doctor")
    dana.set_password("something else entirely")
    dana.is_active = dana.is_staff = False
    dana.save(update_fields=["password", "is_active", "is_staff"])

    seed(told)

    dana.refresh_from_db()
    assert (dana.is_active, dana.is_staff) == (True, True)
    assert dana.check_password(PASSWORD)


def test_a_database_with_other_clinics_is_refused(make: Make, told: Path) -> None:
    assert make.clinic.name == "Northside Physio"

    with pytest.raises(CommandError, match="Northside Physio"):
        seed(told)

    assert Tenant.objects.count() == 1
    assert not told.exists()


def test_with_force_it_is_written_beside_other_clinics(make: Make, told: Path) -> None:
    assert make.clinic.name == "Northside Physio"

    seed(told, force=True)

    assert Tenant.objects.count() == 3


def test_a_file_that_cannot_be_written_is_said_in_words(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot write"):
        seed(tmp_path / "missing" / "seed.json")


def test_some_days_are_inferred_visits_between_the_real_ones(facts: dict[str, Any]) -> None:
    visits = AppEntrance.objects.filter(patient=person(facts, "patient")).select_related("inferred_workout")
    assert [str(visit.local_date) for visit in visits.order_by("local_date")] == VISITED
    assert {visit.inferred_workout.completed_on for visit in visits} == {visit.local_date for visit in visits}
    assert not REAL.filter(patient=person(facts, "patient"), completed_on__in=VISITED).exists()


def test_streaks_and_monitoring_days_stand_from_the_start(facts: dict[str, Any]) -> None:
    pat = person(facts, "patient")
    real = set(REAL.filter(patient=pat, status=Status.COMPLETED).values_list("completed_on", flat=True))
    assert Streak.objects.get(patient=pat).daily_streak > 0
    assert set(EvidenceDay.objects.filter(patient=pat, counted=True).values_list("day", flat=True)) == real
