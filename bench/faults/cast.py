"""The people of a run and what lies before them, written before the first fault."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from knox.models import AuthToken

from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.states import UserType
from followups.actions.make_key import make_key
from messaging.actions.open_conversation import open_conversation
from notifications.models import Device
from notifications.states import Platform
from okta.clock import local_date
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status

EXERCISES = 2
DOCTORS = 3
# Conversations the clinic knows and conversations only the mobile client knows.
KNOWN, UNKNOWN = 30, 30


@dataclass(frozen=True, slots=True)
class Session:
    """A workout, whose it is, and the tokens of those who speak about it."""

    workout: int
    patient: int
    exercises: tuple[int, ...]
    patient_token: str
    doctor_token: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """A patient who will open the app; ``source`` is what an inferred workout would copy, ``today`` a plan."""

    patient: int
    token: str
    source: int | None
    today: Session | None


@dataclass(frozen=True, slots=True)
class Parent:
    """Who is promised messages; one whom the clinic does not know is reached by ``device`` alone."""

    conversation: UUID
    user_id: str
    device: str | None


@dataclass(frozen=True, slots=True)
class Cast:
    """The clinic's id and key, and everybody in it."""

    clinic: int
    reviewed: Sequence[Session]
    planned: Sequence[Session]
    visitors: Sequence[Visitor]
    parents: Sequence[Parent]
    key: str


def assemble(*, sessions: int, visitors: int, ids: Sequence[UUID]) -> Cast:
    """Write the clinic: ``sessions`` to complete, three quarters as many to review, and ``visitors``."""
    clinic = _Clinic()
    patients = clinic.people(UserType.PATIENT, sessions // 4 + visitors + KNOWN)
    training, opening, promised = patients[: sessions // 4], patients[sessions // 4 : -KNOWN], patients[-KNOWN:]
    _key, text = make_key(tenant=clinic.tenant, name="faults", made_by=None)
    yesterday = clinic.today - timedelta(days=1)
    return Cast(
        clinic=clinic.tenant.pk,
        # Many, so that what was lost in one of them is seldom mended by a later save.
        reviewed=clinic.sessions(list(training) * 3, yesterday, done=True),
        planned=clinic.sessions(list(training) * 4, clinic.today + timedelta(days=1)),
        visitors=clinic.visitors(opening),
        parents=[*clinic.parents(promised), *strangers(ids)],
        key=text,
    )


def strangers(ids: Sequence[UUID]) -> list[Parent]:
    """Parents of whom the clinic knows nothing but a device; every third is reached by another service."""
    devices = [f"ExponentPushToken[parent-{n}]" if n % 3 else f"parent:{n}" for n in range(UNKNOWN)]
    return [Parent(pk, f"parent-{n}", devices[n]) for n, pk in enumerate(ids[:UNKNOWN])]


class _Clinic:
    """A clinic at noon, so that no run crosses midnight."""

    def __init__(self) -> None:
        east = 12 - datetime.now(UTC).hour
        # Etc/GMT counts westwards.
        self.tenant = Tenant.objects.create(name="Faults", timezone=f"Etc/GMT{-east:+d}" if east else "Etc/GMT")
        flags = {"feedbackNotifications": True, "appEntranceTracking": True, "rtmBillingDashboard": True}
        TenantSettings.objects.create(tenant=self.tenant, features=flags)
        self._tokens: dict[int, str] = {}
        self._doctor_of: dict[int, User] = {}
        self.doctors = self.people(UserType.DOCTOR, DOCTORS)
        self.exercises = Exercise.objects.bulk_create(
            Exercise(tenant=self.tenant, name=f"Exercise {n}") for n in range(EXERCISES)
        )

    @property
    def today(self) -> date:
        return local_date(datetime.now(UTC), self.doctors[0].zone)

    def people(self, role: UserType, number: int) -> list[User]:
        """Each with a phone; patients in the care of two doctors."""
        closed = make_password(None)
        people = User.objects.bulk_create(
            User(
                tenant=self.tenant,
                user_type=role,
                email=f"{role.lower()}{n}@faults.example",
                first_name=f"{role.title()}{n}",
                password=closed,
            )
            for n in range(number)
        )
        Device.objects.bulk_create(
            Device(user=one, platform=Platform.EXPO, token=f"ExponentPushToken[{one.email}]") for one in people
        )
        if role == UserType.PATIENT:
            self._connect(people)
        return people

    def _connect(self, patients: Sequence[User]) -> None:
        accepted = datetime.now(UTC) - timedelta(days=30)
        self._doctor_of |= {patient.pk: self.doctors[n % DOCTORS] for n, patient in enumerate(patients)}
        CareLink.objects.bulk_create(
            CareLink(tenant=self.tenant, patient=patient, doctor=doctor, accepted_at=accepted)
            for n, patient in enumerate(patients)
            for doctor in (self.doctors[n % DOCTORS], self.doctors[(n + 1) % DOCTORS])
        )

    def token(self, user: User) -> str:
        if user.pk not in self._tokens:
            _, self._tokens[user.pk] = AuthToken.objects.create(user=user)
        return self._tokens[user.pk]

    def sessions(self, patients: Sequence[User], on: date, *, done: bool = False) -> list[Session]:
        """A workout for each, planned or done at that day's noon."""
        fields = {"status": Status.COMPLETED, "completed_on": on} if done else {}
        at = datetime.now(UTC) - timedelta(days=1) if done else None
        workouts = Workout.objects.bulk_create(
            Workout(
                tenant=self.tenant,
                patient=patient,
                doctor=self._doctor_of[patient.pk],
                date_scheduled=on,
                completed_at=at,
                **fields,
            )
            for patient in patients
        )
        rows = ExerciseInWorkout.objects.bulk_create(
            ExerciseInWorkout(workout=workout, exercise=exercise, position=position, planned_sets=3, planned_reps=10)
            for workout in workouts
            for position, exercise in enumerate(self.exercises, start=1)
        )
        return [
            Session(
                workout=workout.pk,
                patient=workout.patient_id,
                exercises=tuple(row.pk for row in rows[n * EXERCISES : (n + 1) * EXERCISES]),
                patient_token=self.token(workout.patient),
                doctor_token=self.token(workout.doctor),
            )
            for n, workout in enumerate(workouts)
        ]

    def visitors(self, patients: Sequence[User]) -> list[Visitor]:
        """A third trained yesterday, a third has a plan for today, a third nothing that could be copied."""
        trained = self.sessions(patients[0::3], self.today - timedelta(days=1), done=True)
        planned = self.sessions(patients[1::3], self.today)
        found = [Visitor(one.patient, one.patient_token, one.workout, None) for one in trained]
        found += [Visitor(one.patient, one.patient_token, one.workout, one) for one in planned]
        return found + [Visitor(one.pk, self.token(one), None, None) for one in patients[2::3]]

    def parents(self, patients: Sequence[User]) -> list[Parent]:
        """Patients in a conversation with a doctor; every third without a phone of their own."""
        found = []
        for n, patient in enumerate(patients):
            conversation, _ = open_conversation(people=[self._doctor_of[patient.pk], patient])
            if n % 3 == 0:
                Device.objects.filter(user=patient).delete()
            found.append(Parent(conversation.pk, str(patient.pk), None))
        return found
