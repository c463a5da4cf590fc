"""A list costs the same however long it is."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from accounts.models import CareLink, Reading, TenantSettings, User
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from followups.models import (
    ApiKey,
    FollowUpArchive,
    FollowUpAttempt,
    FollowUpMessage,
    FollowUpRequest,
    Provider,
    ProviderReviewRequest,
)
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Participant
from notifications.models import Device, Notification, Push
from okta.models import Alert, SweepRun
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from rtm.proposals import proposal
from tests.admin.conftest import MARCH, Browse, page
from tests.make import NOON, Make
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status

Grow = Callable[[int], None]


class Crowd:
    """Rows of every kind, by the dozen; each belongs to people of its own."""

    def __init__(self, make: Make) -> None:
        self.make = make

    def grow(self, start: int, end: int) -> None:
        clinic, numbers = self.make.clinic, range(start, end)
        people = [User(tenant=clinic, email=f"{n}@crowd.org", first_name=f"P{n}", password="!") for n in numbers]
        doctors = [User(tenant=clinic, email=f"d{n}@crowd.org", first_name=f"D{n}", password="!") for n in numbers]
        for role, crowd in (("PATIENT", people), ("DOCTOR", doctors)):
            for user in crowd:
                user.user_type = role
        User.objects.bulk_create([*people, *doctors])
        pairs = list(zip(people, doctors, strict=True))
        CareLink.objects.bulk_create(CareLink(tenant=clinic, patient=p, doctor=d, accepted_at=NOON) for p, d in pairs)
        self._sessions(pairs)
        self._words(pairs)
        self._monitoring(pairs)
        self._follow_ups(pairs)
        Reading.objects.bulk_create(
            Reading(reader=d, tenant=clinic, patient=p, what="accounts.user", row=str(p.pk)) for p, d in pairs
        )
        for user in people:
            AuthToken.objects.create(user=user)
        Alert.objects.bulk_create(Alert(kind="k", opened_at=NOON, closed_at=NOON, detail=f"{n}") for n in numbers)
        SweepRun.objects.bulk_create(
            SweepRun(kind="okta.heartbeat", started_at=NOON + timedelta(minutes=n), finished_at=NOON, ok=True)
            for n in numbers
        )

    def _sessions(self, pairs: list[tuple[User, User]]) -> None:
        clinic = self.make.clinic
        workouts = Workout.objects.bulk_create(
            Workout(tenant=clinic, patient=p, doctor=d, date_scheduled=NOON.date(), status=Status.COMPLETED,
                    completed_at=NOON, completed_on=NOON.date())
            for p, d in pairs
        )  # fmt: skip
        for workout in workouts:
            self.make.entrance(workout.patient)
            self.make.summary(workout, due_at=NOON)
        NoteDelivery.objects.bulk_create(
            NoteDelivery(workout=workout, doctor=workout.doctor, due_at=NOON) for workout in workouts
        )
        exercises = Exercise.objects.bulk_create(Exercise(tenant=clinic, name=f"E {p.email}") for p, _ in pairs)
        ExerciseInWorkout.objects.bulk_create(
            ExerciseInWorkout(workout=workouts[0], exercise=exercise, position=number)
            for number, exercise in enumerate(exercises, ExerciseInWorkout.objects.count() + 1)
        )

    def _monitoring(self, pairs: list[tuple[User, User]]) -> None:
        EvidenceDay.objects.bulk_create(
            EvidenceDay(patient=p, day=NOON.date(), grade="access", counted=False, reason="nothing_entered")
            for p, _ in pairs
        )
        TimeEntry.objects.bulk_create(
            TimeEntry(patient=p, doctor=d, started_at=NOON, seconds=60, live_contact=True) for p, d in pairs
        )
        snapshot = proposal(MARCH, days=(), spent=())
        CertifiedMonth.objects.bulk_create(
            CertifiedMonth(patient=p, month=MARCH, certified_by=d, recorded_by=d, locked_at=NOON, snapshot=snapshot)
            for p, d in pairs
        )

    def _follow_ups(self, pairs: list[tuple[User, User]]) -> None:
        clinic = self.make.clinic
        promised = [
            {"tenant": clinic, "conversation_id": uuid4(), "user_id": str(p.pk), "scheduled_for": NOON,
             "display_text": "How is it going?", "scheduled_by": d}
            for p, d in pairs
        ]  # fmt: skip
        for model in (FollowUpRequest, FollowUpArchive):
            model.objects.bulk_create(model(**one) for one in promised)
        about = [{name: one[name] for name in ("tenant", "conversation_id", "user_id")} for one in promised]
        FollowUpMessage.objects.bulk_create(FollowUpMessage(message_content="Hello", **one) for one in about)
        ProviderReviewRequest.objects.bulk_create(ProviderReviewRequest(**one) for one in about)
        Provider.objects.bulk_create(Provider(tenant=clinic, user_id=p.email) for p, _ in pairs)
        FollowUpAttempt.objects.bulk_create(
            FollowUpAttempt(tenant=clinic, follow_up_id=uuid4(), number=1, channel="FCM", outcome="DOWN") for _ in pairs
        )
        ApiKey.objects.bulk_create(
            ApiKey(tenant=clinic, name="app", prefix="okta", digest=d.email, created_by=d) for _, d in pairs
        )

    def _words(self, pairs: list[tuple[User, User]]) -> None:
        conversations = Conversation.objects.bulk_create(
            Conversation(tenant=self.make.clinic, type="ONE_ON_ONE", participants_key=f"{p.pk},{d.pk}")
            for p, d in pairs
        )
        Participant.objects.bulk_create(
            Participant(conversation=conversation, user=user)
            for conversation, pair in zip(conversations, pairs, strict=True)
            for user in pair
        )
        devices = Device.objects.bulk_create(Device(user=p, platform="EXPO", token=p.email * 3) for p, _ in pairs)
        told = Notification.objects.bulk_create(
            Notification(recipient=p, type="DOCTOR_FEEDBACK", key="k", title="t", body="b") for p, _ in pairs
        )
        Push.objects.bulk_create(
            Push(notification=row, device=device, platform="EXPO", title="t", body="b", collapse_id="c")
            for row, device in zip(told, devices, strict=True)
        )


LISTS: tuple[type[Model], ...] = (
    User, CareLink, Reading, TenantSettings, AuthToken, Exercise, Workout, Conversation,
    AppEntrance, FeedbackSummary, NoteDelivery, Notification, Push, Device,
    EvidenceDay, TimeEntry, CertifiedMonth,
    FollowUpRequest, FollowUpArchive, FollowUpAttempt, FollowUpMessage, ProviderReviewRequest, Provider, ApiKey,
)  # fmt: skip
# The days above the lists of what happened on days; the people and the numbers in the list of conversations.
DEARER: dict[type[Model], int] = {
    Workout: 7, AppEntrance: 7, Conversation: 7, EvidenceDay: 7, TimeEntry: 7, CertifiedMonth: 7,
}  # fmt: skip


def cost(client: Client, model: type[Model]) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"{page(model, 'changelist')}?all=")
    assert response.status_code == 200
    return len(queries)


@pytest.mark.parametrize("who", ["ada", "operator"])
def test_every_list_costs_the_same_for_3_and_60_rows(who: str, browse: Browse, operator: User, make: Make) -> None:
    client = browse(make.ada if who == "ada" else operator)
    models = [*LISTS, *([Alert, SweepRun] if who == "operator" else [])]
    crowd = Crowd(make)
    crowd.grow(0, 3)
    few = {model.__name__: cost(client, model) for model in models}
    crowd.grow(3, 60)

    many = {model.__name__: cost(client, model) for model in models}

    assert many == few
    assert few == {model.__name__: DEARER.get(model, 5) for model in models}


def test_a_completed_workout_costs_the_same_for_2_and_40_exercises(browse: Browse, make: Make) -> None:
    client = browse(make.ada)
    few, many = (make.workout(completed_at=NOON, exercises=number) for number in (2, 40))
    client.get(page(Workout, "change", few.pk))  # Django remembers a model's content type from here on.

    costs = []
    for workout in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(page(Workout, "change", workout.pk))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_a_conversation_costs_the_same_for_3_and_45_messages(browse: Browse, make: Make) -> None:
    client = browse(make.ada)
    thread, _ = open_conversation(people=[make.pat, make.dana])
    client.get(page(Conversation, "change", thread.pk))  # As above.
    costs = []
    for number in (3, 42):
        for _ in range(number):
            post_message(conversation=thread, sender=make.pat, content="hi")
        with CaptureQueriesContext(connection) as queries:
            client.get(page(Conversation, "change", thread.pk))
        costs.append(len(queries))

    assert costs[0] == costs[1]
