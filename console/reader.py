"""Who reads the console, and whose rows are there for them: every page asks here, and nowhere else."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.clinic_admin import is_clinic_admin, is_operator, is_staff_doctor
from accounts.models import Tenant, User
from accounts.queries import connected_patients
from accounts.states import UserType
from messaging.models import Conversation
from messaging.queries import read_position, visible_conversations
from workouts.models import Workout
from workouts.queries import workouts_for_doctor

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the staff in one clinic: their own, or the one an operator has picked."""

    person: User
    clinic: Tenant

    @property
    def is_doctor(self) -> bool:
        """Sees the patients they are connected to; everybody else here sees those of the clinic."""
        return is_staff_doctor(self.person)

    def patients(self) -> QuerySet[User]:
        """The patients whose pages may be read."""
        if self.is_doctor:
            return connected_patients(self.person)
        return User.objects.filter(tenant=self.clinic, user_type=UserType.PATIENT)

    def workouts(self) -> QuerySet[Workout]:
        """Their sessions, with the people in them and what was said of the day."""
        rows = workouts_for_doctor(self.person) if self.is_doctor else Workout.objects.filter(tenant=self.clinic)
        return rows.select_related("patient__tenant", "doctor", "feedback_summary")

    def conversations(self) -> QuerySet[Conversation]:
        """The conversations a doctor takes part in, or all of the clinic."""
        rows = visible_conversations(self.person) if self.is_doctor else Conversation.objects.all()
        return rows.filter(tenant=self.clinic).select_related("patient__tenant")

    def workout(self, workout_id: int) -> Workout:
        """
        One session.

        :raises Http404: when it is not there for this reader.
        """
        return _found(self.workouts().filter(pk=workout_id))

    def conversation(self, conversation_id: UUID) -> Conversation:
        """
        One conversation.

        :raises Http404: when it is not there for this reader.
        """
        return _found(self.conversations().filter(pk=conversation_id))

    def own_conversation(self, conversation_id: UUID) -> Conversation:
        """
        One conversation that the reader takes part in, and so may speak in.

        :raises Http404: when it is not there for this reader.
        :raises PermissionDenied: when they may see it, and no more.
        """
        conversation = self.conversation(conversation_id)
        if read_position(user=self.person, conversation=conversation) is None:
            raise PermissionDenied
        return conversation


def may_read(user: Any) -> bool:
    """Whether the console has anything for this person: doctors let into the admin, administrators, operators."""
    return is_operator(user) or is_clinic_admin(user) or is_staff_doctor(user)


def _found(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise Http404
    return row
