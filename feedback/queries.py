"""Reads, and the guarded doors to deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.models import User
from accounts.queries import are_connected, connected_to_doctor, feature_on
from feedback.cards import note_key
from feedback.models import FeedbackSummary, NoteDelivery
from feedback.rules import Felt
from feedback.states import DeliveryState
from messaging.models import Message
from okta.errors import NotFound
from workouts.models import ExerciseInWorkout, Workout
from workouts.rules import HIGH_EXERTION, HIGH_PAIN

OWED = Q(due_at__isnull=False)
IN_STATE = {
    DeliveryState.WAITING: OWED & Q(held_at__isnull=True, dead_at__isnull=True),
    DeliveryState.HELD: OWED & Q(held_at__isnull=False),
    DeliveryState.DEAD: OWED & Q(held_at__isnull=True, dead_at__isnull=False),
}


def _stands_out(*, pain: str, notes: str) -> Q:
    """The condition that ``rules.flags`` has a reason in one of these two fields, for ``filter()``."""
    return Q(**{f"{pain}__gte": HIGH_PAIN}) | Q(**{f"{notes}__regex": r"\S"})


FLAGGED = _stands_out(pain="pain", notes="patient_notes") | Q(exertion__gte=HIGH_EXERTION)
"""The exercises for which ``rules.flags`` has a reason, for ``filter()``."""
FLAGGED_DAY = _stands_out(pain="feedback_summary__pain", notes="feedback_summary__note")
"""The workouts of whose day as a whole the same is true."""

WAIT = ExpressionWrapper(F("due_at") - Now(), output_field=DurationField())
"""How long until a debt is due, on the database's clock."""


@dataclass(frozen=True, slots=True)
class DeliveredNote:
    """A note as the patient may see it while a newer one is on its way."""

    text: str
    at: datetime | None


def state_of(delivery: NoteDelivery, *, feature_on: bool) -> DeliveryState:
    """Where a delivery stands, as the therapist is told."""
    if not feature_on:
        return DeliveryState.OFF
    if delivery.due_at is not None:
        if delivery.held_at is not None:
            return DeliveryState.HELD
        return DeliveryState.DEAD if delivery.dead_at is not None else DeliveryState.WAITING
    # Settled without being sent (the feature was off, nobody was connected) is not sent.
    return DeliveryState.SENT if delivery.delivered_rev == delivery.rev else DeliveryState.NONE


def is_sent(*, doctor: User, workout: Workout) -> bool:
    """Whether the patient has a doctor's notes on a workout as they stand, and the clinic still sends such notes."""
    delivery = NoteDelivery.objects.filter(workout=workout, doctor=doctor).first()
    if delivery is None:
        return False
    on = feature_on(workout.tenant_id, FEEDBACK_NOTIFICATIONS)
    return state_of(delivery, feature_on=on) == DeliveryState.SENT


def due_at(delivery: NoteDelivery, *, feature_on: bool) -> datetime | None:
    """When the patient will get it by itself; None when time alone will not send it."""
    return delivery.due_at if feature_on and delivery.held_at is None else None


def remaining_wait(delivery_id: int) -> timedelta | None:
    """How long until a delivery is due, on the database's clock; None when time will not send it."""
    owed = NoteDelivery.objects.filter(OWED, pk=delivery_id, held_at__isnull=True)
    return owed.values_list(WAIT, flat=True).first()


def felt_that_day(workout: Workout) -> Felt:
    """What the patient said of a workout's day as a whole; asks nothing where it came with its ``feedback_summary``."""
    said = getattr(workout, "feedback_summary", None)
    return Felt(None, None, "") if said is None else Felt(said.pain, None, said.note.strip())


def flagged(workouts: QuerySet[Workout]) -> QuerySet[Workout]:
    """Those of which therapists are told something: an exercise stands out, or what was said of the day as a whole."""
    exercises = ExerciseInWorkout.objects.order_by().filter(FLAGGED, workout=OuterRef("pk"))
    # Not whether there is one: beside an OR, the exercises of all clinics would be read to answer that.
    found = workouts.alias(stands_out=Subquery(exercises.values("pk")[:1]))
    return found.filter(FLAGGED_DAY | Q(stands_out__isnull=False))


def summaries_due() -> QuerySet[FeedbackSummary]:
    """The summaries whose time has come, on the database's clock."""
    return FeedbackSummary.objects.filter(due_at__lte=Now())


def deliveries_due() -> QuerySet[NoteDelivery]:
    """The deliveries whose quiet period is over, on the database's clock; not those that are held."""
    return NoteDelivery.objects.filter(due_at__lte=Now(), held_at__isnull=True)


def deliveries_until(at: datetime) -> QuerySet[NoteDelivery]:
    """What time alone will send by ``at``, with whose it is and how many notes there are."""
    owed = NoteDelivery.objects.filter(due_at__lte=at, held_at__isnull=True)
    return with_note_count(owed.select_related("workout__patient__tenant", "doctor"))


def summaries_until(at: datetime) -> QuerySet[FeedbackSummary]:
    """The summaries that will be attempted by ``at``, with whose they are."""
    return FeedbackSummary.objects.filter(due_at__lte=at).select_related("patient__tenant")


def notes_of(delivery: NoteDelivery) -> QuerySet[ExerciseInWorkout]:
    """The exercises whose note is this doctor's own, with their names."""
    own = Q(doctor_notes_post_exercise_by=delivery.doctor_id)
    if delivery.workout.doctor_id == delivery.doctor_id:
        own |= Q(doctor_notes_post_exercise_by=None)
    rows = delivery.workout.exercises.filter(own).exclude(doctor_notes_post_exercise="")
    return rows.select_related("exercise")


def with_note_count(deliveries: QuerySet[NoteDelivery]) -> QuerySet[NoteDelivery]:
    """Each with how many notes it is of, ``note_count``."""
    by = "workout__exercises__doctor_notes_post_exercise_by"
    own = Q(**{by: F("doctor")}) | Q(**{f"{by}__isnull": True}, workout__doctor=F("doctor"))
    written = ~Q(workout__exercises__doctor_notes_post_exercise="")
    return deliveries.annotate(note_count=Count("workout__exercises", filter=own & written))


def with_connected(deliveries: QuerySet[NoteDelivery]) -> QuerySet[NoteDelivery]:
    """Each with whether its doctor is connected to the patient now, ``connected``."""
    return deliveries.annotate(connected=are_connected(doctor="doctor", patient="workout__patient"))


def will_not_be_sent(delivery: Any, *, feature_on: bool) -> bool:
    """
    Whether notes are owed that neither time nor a person can send: their doctor has left the patient's care.

    The delivery must come with ``note_count`` and ``connected``. Where all notes were cleared there is nothing
    to say in anybody's name, and the card is taken back all the same.
    """
    owed = feature_on and delivery.due_at is not None
    return owed and not delivery.connected and bool(delivery.note_count)


def deliveries_on(workout: Workout) -> QuerySet[NoteDelivery]:
    """
    Every doctor's delivery of a workout, in the order of their first saves, with its doctor.

    Annotated with ``note_count`` and ``connected``, and with ``remaining``: how long until it is due on the
    database's clock, None when nothing is owed.
    """
    rows = NoteDelivery.objects.filter(workout=workout).select_related("doctor").annotate(remaining=WAIT)
    return with_note_count(with_connected(rows)).order_by("pk")


def deliveries_of(doctor: User) -> QuerySet[NoteDelivery]:
    """A doctor's own deliveries to patients they are connected to, newest first, with what a list shows."""
    own = NoteDelivery.objects.filter(connected_to_doctor(doctor, "workout__patient"), doctor=doctor)
    return with_note_count(own.select_related("workout__patient")).order_by("-pk")


def delivery_of(*, doctor: User, delivery_id: int) -> NoteDelivery:
    """
    A doctor's own delivery.

    :raises NotFound: for anybody else's, or when the doctor is not connected to the patient any more.
    """
    delivery = deliveries_of(doctor).filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound
    return delivery


def delivered_notes(workout_ids: Sequence[int]) -> dict[int, DeliveredNote]:
    """
    What the patient may see of therapists' notes that are not delivered yet, by exercise-in-workout id.

    Only exercises of workouts with something on its way are in it: there, the patient sees the
    text of the last delivered card, or nothing, until the new one is delivered.
    """
    owed = list(NoteDelivery.objects.filter(OWED, workout__in=workout_ids).values_list("workout", flat=True))
    if not owed:
        return {}
    reviews = NoteDelivery.objects.filter(workout__in=owed).values_list("workout", "doctor")
    keys = [note_key(*review) for review in reviews]
    cards: Iterable[tuple[Any, datetime]] = (
        Message.objects.filter(card_key__in=keys).order_by("created_at", "pk").values_list("metadata", "created_at")
    )
    seen = {pk: DeliveredNote("", None) for pk in _exercise_ids(owed)}
    for metadata, at in cards:
        for row in metadata["exercises"]:
            seen[row["exerciseInWorkoutId"]] = DeliveredNote(row["doctorNotesPostExercise"], at)
    return seen


def _exercise_ids(workout_ids: Sequence[int]) -> Sequence[int]:
    return list(ExerciseInWorkout.objects.filter(workout__in=workout_ids).values_list("pk", flat=True))


def dead_summaries() -> QuerySet[FeedbackSummary]:
    """The summaries that keep failing."""
    return FeedbackSummary.objects.filter(OWED, dead_at__isnull=False)


def dead_deliveries() -> QuerySet[NoteDelivery]:
    """The deliveries that keep failing; one that is held is not tried."""
    return NoteDelivery.objects.filter(IN_STATE[DeliveryState.DEAD])


def dead_debts() -> int:
    """How many summaries and deliveries keep failing."""
    return dead_summaries().count() + dead_deliveries().count()
