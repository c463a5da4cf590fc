"""What the page of today reads; how many of it there are does not change how often is asked."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Now

from accounts.queries import connected_to_doctor, connected_to_patient
from console.reader import Reader
from entrances.models import AppEntrance
from entrances.queries import REALLY_DONE
from entrances.states import NOT_TRAINED
from entrances.states import Status as Visit
from feedback.models import NoteDelivery
from feedback.queries import OWED, WAIT, with_connected, with_note_count
from feedback.states import ExerciseFlag
from followups.models import FollowUpRequest
from followups.states import Status, Urgency
from messaging.models import Message, Participant
from messaging.states import MessageType
from workouts.models import Workout

SHOWN_UNREAD_FOR: Final = timedelta(days=14)
"""For how long what no doctor has read is shown to those who answer for the clinic; it gets worse, not better."""
DAYS: Final = 7


class Highest(Func):
    """The highest number of this name in a card, among the exercises that were flagged for it; else NULL."""

    template = (
        "(SELECT max((said->>'%(flag)s')::int) FROM jsonb_array_elements(%(expressions)s->'exercises') AS said"
        " WHERE said->'flags' @> '[\"%(flag)s\"]')"
    )
    output_field = IntegerField()

    def __init__(self, flag: ExerciseFlag) -> None:
        super().__init__(F("metadata"), flag=flag.value)


def feedback_to_read(reader: Reader, *, now: datetime) -> QuerySet[Message]:
    """
    The feedback of patients that waits to be read: the highest pain first, then exertion, the oldest first.

    For a doctor what lies behind their own read position. Nobody else's position says anything about the
    patient's care: for them it is what came in the last 14 days and no connected doctor has read.
    """
    cards = Message.objects.filter(type=MessageType.PATIENT_FEEDBACK_SUMMARY, conversation__in=_threads(reader))
    if reader.is_doctor:
        cards = cards.filter(
            conversation__participants__user=reader.person, seq__gt=F("conversation__participants__last_read_seq")
        )
    else:
        cards = cards.filter(created_at__gt=now - SHOWN_UNREAD_FOR, seq__gt=_farthest_read())
    risk = [Highest(flag).desc(nulls_last=True) for flag in (ExerciseFlag.PAIN, ExerciseFlag.EXERTION)]
    return cards.select_related("sender").order_by(*risk, "created_at", "pk")


def _farthest_read() -> Coalesce:
    """How far a connected doctor has read the conversation of a card."""
    caring = connected_to_patient(OuterRef("conversation__patient"), "user")
    doctors = Participant.objects.filter(caring, conversation=OuterRef("conversation"))
    # Not whether one has read it: that would be worked out for every conversation of everybody first.
    farthest = doctors.order_by().values("conversation").annotate(farthest=Max("last_read_seq"))
    return Coalesce(Subquery(farthest.values("farthest")), 0)


def failed_follow_ups(reader: Reader) -> QuerySet[FollowUpRequest]:
    """The follow-ups that did not reach anybody, the urgent first, then the last that failed."""
    failed = FollowUpRequest.objects.filter(tenant=reader.clinic, status=Status.FAILED)
    if reader.is_doctor:
        failed = failed.filter(conversation_id__in=_threads(reader))
    urgent = Case(When(urgency=Urgency.URGENT, then=0), default=1)
    return failed.select_related("scheduled_by").order_by(urgent, F("failed_at").desc(nulls_last=True), "pk")


def notes_on_their_way(reader: Reader) -> QuerySet[NoteDelivery]:
    """
    The notes that patients do not have yet, a doctor's own or all: failing first, then held, then the next due.

    ``remaining`` is how long until they are due, on the database's clock. Notes that were all cleared before the
    patient had any are nothing to send; those of a doctor who has left the patient's care are told, and that they
    will not be sent.
    """
    owed = NoteDelivery.objects.filter(OWED, workout__tenant=reader.clinic)
    if reader.is_doctor:
        owed = owed.filter(connected_to_doctor(reader.person, "workout__patient"), doctor=reader.person)
    by_risk = Case(When(held_at__isnull=False, then=1), When(dead_at__isnull=False, then=0), default=2)
    named = owed.select_related("workout__patient__tenant", "doctor")
    counted = with_note_count(with_connected(named)).annotate(remaining=WAIT)
    return counted.filter(~Q(note_count=0, delivered_rev=None)).order_by(by_risk, "due_at", "pk")


def days_not_trained(reader: Reader, *, today: date) -> QuerySet[AppEntrance]:
    """
    The days of the last seven on which patients opened the app and reported no workout.

    A visit whose window is open, on the database's clock, is nothing to tell yet: the patient may be training.
    Seven days of the reader's calendar; each day is the patient's own.
    """
    trained = Workout.objects.filter(REALLY_DONE, patient=OuterRef("patient"), completed_on=OuterRef("local_date"))
    days = AppEntrance.objects.filter(
        ~Q(status=Visit.PENDING) | Q(window_ends_at__lte=Now()),
        ~Exists(trained),
        tenant=reader.clinic,
        status__in=NOT_TRAINED,
        local_date__gt=today - timedelta(days=DAYS),
        patient__archived_at__isnull=True,
    )
    return days.filter(connected_to_doctor(reader.person, "patient")) if reader.is_doctor else days


def by_patient(days: QuerySet[AppEntrance]) -> QuerySet[Any, Any]:
    """One row for each patient: how many of these days, and which was the last; the latest first."""
    counted = days.order_by().values("patient").annotate(days=Count("pk"), last_day=Max("local_date"))
    return counted.order_by("-last_day", "-days", "patient")


def _threads(reader: Reader) -> QuerySet[Any, Any]:
    return reader.conversations().order_by().values("pk")
