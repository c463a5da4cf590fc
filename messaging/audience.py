"""Who may be in one conversation."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import connected_doctors, connected_patients
from accounts.states import UserType
from messaging.rules import MAX_PEOPLE
from okta.errors import InvalidInput

# One sentence for "does not exist" and "not yours": the difference is nobody's business.
UNAVAILABLE = _("This person cannot take part in this conversation.")
ONE_PATIENT = _("Only one patient can take part in a conversation.")
ALONE = _("Name at least one other person.")
CROWD = _("At most %(most)d people can take part in a conversation.")


def audience(*, caller: User, ids: Sequence[int]) -> list[User]:
    """
    The caller and the people they want to talk to.

    All are active people of one clinic, at most one of them a patient, and every doctor among them
    is connected to that patient.

    :raises InvalidInput: naming each of ``participantIds`` that does not fit.
    """
    if not set(ids) - {caller.pk}:
        raise InvalidInput({"participantIds": [str(ALONE)]})
    if len({caller.pk, *ids}) > MAX_PEOPLE:
        raise InvalidInput({"participantIds": [str(CROWD) % {"most": MAX_PEOPLE}]})
    people = reachable_people(caller).filter(pk__in=ids).in_bulk() | {caller.pk: caller}
    patient = next((people[pk] for pk in (caller.pk, *ids) if _is_patient(people.get(pk))), None)
    doctors = _doctors_allowed(patient, people)
    wrong: dict[str, list[str]] = {}
    for index, pk in enumerate(ids):
        person = people.get(pk)
        if person is None or (person.user_type == UserType.DOCTOR and pk not in doctors):
            wrong.setdefault(f"participantIds.{index}", [str(UNAVAILABLE)])
        elif _is_patient(person) and person != patient:
            wrong.setdefault(f"participantIds.{index}", [str(ONE_PATIENT)])
    if wrong:
        raise InvalidInput(wrong)
    return list(people.values())


def reachable_people(caller: User) -> QuerySet[User]:
    """
    The people ``caller`` may write to.

    Patients reach their doctors and the clinic's administrators; doctors reach their patients and
    their colleagues; administrators reach everybody in the clinic.
    """
    people = User.objects.filter(tenant=caller.tenant_id, is_active=True)
    if caller.user_type == UserType.PATIENT:
        return people.filter(Q(user_type=UserType.ADMIN) | Q(pk__in=connected_doctors(caller).order_by().values("pk")))
    if caller.user_type == UserType.DOCTOR:
        return people.filter(~Q(user_type=UserType.PATIENT) | Q(pk__in=connected_patients(caller).values("pk")))
    return people


def _doctors_allowed(patient: User | None, people: dict[int, User]) -> set[int]:
    if patient is None:
        return set(people)
    return set(connected_doctors(patient).filter(pk__in=people).values_list("pk", flat=True))


def _is_patient(person: User | None) -> bool:
    return person is not None and person.user_type == UserType.PATIENT
