"""Writing the clinics and the people of the demo."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.actions.switch_flags import switch_flags
from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.states import UserType
from care.demo.cast import EMAIL_DOMAIN, PASSWORD, SHOWN, Care, Clinic, Person
from care.demo.programs import PROGRAMS
from notifications.models import Device
from notifications.states import Platform
from workouts.models import Exercise

OPENED_BEFORE = timedelta(days=60)
LINKED_BEFORE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Cared:
    """A patient of the demo with their doctors, the owner of the workouts first."""

    patient: User
    doctors: tuple[User, ...]

    @property
    def owner(self) -> User:
        return self.doctors[0]


def foreign_clinics() -> list[str]:
    """The names of the clinics in this database that are not the demo's."""
    ours = User.objects.filter(email__endswith=EMAIL_DOMAIN, tenant__isnull=False).values("tenant")
    return list(Tenant.objects.exclude(pk__in=ours).order_by("name").values_list("name", flat=True))


def write_clinic(clinic: Clinic, *, now: datetime) -> list[Cared]:
    """Write what is missing of a clinic, its people and exercises; return who is cared for by whom."""
    tenant = _tenant(clinic, now)
    people = {person.email: _person(person, tenant, now) for person in clinic.people}
    for person in clinic.people:
        _device(person, people[person.email], now)
    _library(tenant, clinic)
    return [_link(care, people, tenant, now) for care in clinic.care]


def _tenant(clinic: Clinic, now: datetime) -> Tenant:
    # Known by its people: somebody may have given the clinic another name.
    tenant = Tenant.objects.filter(users__email__in=[person.email for person in clinic.people]).first()
    if tenant is None:
        tenant = Tenant.objects.create(name=clinic.name, timezone=clinic.timezone, created_at=now - OPENED_BEFORE)
    chosen, _created = TenantSettings.objects.get_or_create(tenant=tenant)
    # A flag somebody has switched off since stays off.
    wanted = {key: True for key in clinic.flags if key not in chosen.features}
    switch_flags(tenant_id=tenant.pk, wanted=wanted, by=None)
    return tenant


def _person(person: Person, tenant: Tenant, now: datetime) -> User:
    user = User.objects.filter(email=person.email).first()
    staff = person.user_type != UserType.PATIENT
    if user is None:
        return User.objects.create_user(
            email=person.email,
            password=PASSWORD,
            tenant=tenant,
            user_type=person.user_type,
            first_name=person.first_name,
            last_name=person.last_name,
            timezone=person.timezone,
            is_staff=staff,
            created_at=now - OPENED_BEFORE,
        )
    if person in SHOWN.values() and not (user.is_active and user.is_staff == staff and user.check_password(PASSWORD)):
        # Whoever starts the demo is told how to sign in, and that has to be true.
        user.is_active, user.is_staff = True, staff
        user.set_password(PASSWORD)
        user.save(update_fields=["is_active", "is_staff", "password"])
    return user


def _device(person: Person, user: User, now: datetime) -> None:
    if person.expo:
        Device.objects.update_or_create(
            token=person.expo,
            defaults={"user": user, "platform": Platform.EXPO, "retired_at": None},
            create_defaults={"user": user, "platform": Platform.EXPO, "registered_at": now - LINKED_BEFORE},
        )


def _library(tenant: Tenant, clinic: Clinic) -> None:
    known = {
        assignment.name: assignment.type
        for care in clinic.care
        for assignment in PROGRAMS[care.patient.email].assignments
    }
    Exercise.objects.bulk_create(
        [Exercise(tenant=tenant, name=name, exercise_type=type_) for name, type_ in known.items()],
        ignore_conflicts=True,
    )


def _link(care: Care, people: dict[str, User], tenant: Tenant, now: datetime) -> Cared:
    patient = people[care.patient.email]
    doctors = tuple(people[doctor.email] for doctor in care.doctors)
    for doctor in doctors:
        CareLink.objects.get_or_create(
            patient=patient,
            doctor=doctor,
            defaults={
                "tenant": tenant,
                "accepted_at": now - LINKED_BEFORE,
                "created_at": now - LINKED_BEFORE - timedelta(hours=5),
            },
        )
    return Cared(patient=patient, doctors=doctors)
