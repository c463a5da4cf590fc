"""
Typed builders without randomness, and the cast.

Dana is a doctor, Pat her patient; Omar is a doctor of the same clinic who is not connected to Pat;
Stella is a doctor of another clinic; Ada administers Dana's clinic.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.states import UserType
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary
from followups.models import FollowUpRequest
from messaging.models import Conversation
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status

NOON = datetime(2026, 4, 8, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
PASSWORD = "correct horse battery"


class Make:
    """Builds rows on demand; every person is made once, the first time they are asked for."""

    def __init__(self, *, flags: Sequence[str] = ("feedbackNotifications", "appEntranceTracking")) -> None:
        self._flags = flags
        self._counter = 0

    def _next(self) -> int:
        self._counter += 1
        return self._counter

    # --- clinics and people ---

    def tenant(self, name: str = "Northside Physio", timezone: str = "America/New_York", **fields: Any) -> Tenant:
        tenant = Tenant.objects.create(name=name, timezone=timezone, **fields)
        TenantSettings.objects.create(tenant=tenant, features=dict.fromkeys(self._flags, True))
        return tenant

    @cached_property
    def clinic(self) -> Tenant:
        return self.tenant()

    @cached_property
    def other_clinic(self) -> Tenant:
        return self.tenant("Southside Physio", "Europe/Berlin")

    def user(self, user_type: UserType, first_name: str, tenant: Tenant | None = None, **fields: Any) -> User:
        fields.setdefault("email", f"{first_name.lower()}{self._next()}@example.org")
        return User.objects.create_user(
            user_type=user_type, first_name=first_name, tenant=tenant or self.clinic, **{"last_name": "Test", **fields}
        )

    def doctor(self, first_name: str = "Dora", *, patients: Sequence[User] = (), **fields: Any) -> User:
        doctor = self.user(UserType.DOCTOR, first_name, **fields)
        for patient in patients:
            self.connect(patient, doctor)
        return doctor

    def patient(self, first_name: str = "Peter", *, doctors: Sequence[User] = (), **fields: Any) -> User:
        patient = self.user(UserType.PATIENT, first_name, **fields)
        for doctor in doctors:
            self.connect(patient, doctor)
        return patient

    def connect(self, patient: User, doctor: User, **fields: Any) -> CareLink:
        fields.setdefault("accepted_at", NOON - timedelta(days=30))
        return CareLink.objects.create(tenant=patient.tenant, patient=patient, doctor=doctor, **fields)

    @cached_property
    def dana(self) -> User:
        return self.doctor("Dana", last_name="Reed", email="dana@example.org")

    @cached_property
    def pat(self) -> User:
        return self.patient("Pat", last_name="Lee", email="pat@example.org", doctors=[self.dana])

    @cached_property
    def omar(self) -> User:
        return self.doctor("Omar", last_name="Aziz", email="omar@example.org")

    @cached_property
    def stella(self) -> User:
        return self.doctor("Stella", last_name="Berg", email="stella@example.org", tenant=self.other_clinic)

    @cached_property
    def ada(self) -> User:
        return self.user(UserType.ADMIN, "Ada", last_name="King", email="ada@example.org", is_staff=True)

    # --- workouts ---

    def exercise(self, name: str = "", tenant: Tenant | None = None) -> Exercise:
        return Exercise.objects.create(tenant=tenant or self.clinic, name=name or f"Exercise {self._next()}")

    def workout(
        self,
        *,
        patient: User | None = None,
        doctor: User | None = None,
        on: date = TODAY,
        exercises: int = 2,
        completed_at: datetime | None = None,
        **fields: Any,
    ) -> Workout:
        """A planned workout, or with ``completed_at`` a completed one, of ``exercises`` exercises."""
        patient = patient or self.pat
        if completed_at is not None:
            fields |= {"status": Status.COMPLETED, "completed_at": completed_at}
            fields.setdefault("completed_on", completed_at.astimezone(patient.zone).date())
        workout = Workout.objects.create(
            tenant=patient.tenant, patient=patient, doctor=doctor or self.dana, date_scheduled=on, **fields
        )
        ExerciseInWorkout.objects.bulk_create(
            ExerciseInWorkout(
                workout=workout,
                exercise=self.exercise(tenant=patient.tenant),
                position=position,
                planned_sets=3,
                planned_reps=10,
            )
            for position in range(1, exercises + 1)
        )
        return workout

    def summary(self, workout: Workout, **fields: Any) -> FeedbackSummary:
        """What the therapists are owed of a workout, in whatever state."""
        return FeedbackSummary.objects.create(
            key=f"summary:{workout.pk}", patient=workout.patient, workout=workout, day=workout.date_scheduled, **fields
        )

    def entrance(self, patient: User, on: date = TODAY, **fields: Any) -> AppEntrance:
        """A day on which the patient opened the app at noon, once; its window closed two hours later."""
        seen = {"opened_at": NOON, "last_seen_at": NOON, "window_ends_at": NOON + timedelta(hours=2)}
        return AppEntrance.objects.create(
            tenant=patient.tenant, patient=patient, local_date=on, zone=str(patient.zone), **{**seen, **fields}
        )

    def follow_up(self, conversation: Conversation, **fields: Any) -> FollowUpRequest:
        """What Dana promised to say to the patient of a conversation, tomorrow noon."""
        given = {
            "scheduled_for": NOON + timedelta(days=1),
            "display_text": "How is it going?",
            "scheduled_by": self.dana,
        }
        row = FollowUpRequest.objects.create(
            tenant=conversation.tenant,
            conversation_id=conversation.pk,
            user_id=str(conversation.patient_id),
            **{**given, **fields},
        )
        row.refresh_from_db()
        return row

    # --- the API ---

    def token(self, user: User) -> str:
        """A bearer token of ``user``, as signing in would give."""
        _, token = AuthToken.objects.create(user=user)
        return str(token)

    def api(self, user: User | None = None) -> APIClient:
        """An API client signed in as ``user`` with a real token; anonymous without one."""
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"{settings.REST_KNOX['AUTH_HEADER_PREFIX']} {self.token(user)}")
        return client
