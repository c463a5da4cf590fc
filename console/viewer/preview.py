"""The card as the patient will see it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import override

from accounts.models import User
from console.reader import Reader
from console.viewer.strip import deliveries_shown, delivery_shown
from feedback.cards import note_card, note_heading
from feedback.models import NoteDelivery
from feedback.queries import notes_of
from workouts.models import Workout


@dataclass(frozen=True, slots=True)
class Preview:
    """A card that is not sent yet, in the patient's language; without ``exercises`` there is none."""

    doctor: User
    patient: User
    heading: str
    date: date
    exercises: list[dict[str, Any]]


def preview_of(reader: Reader, workout: Workout, delivery_id: str) -> Preview:
    """
    What would be sent now: the notes of a doctor who reads, or of the delivery that is named.

    :raises Http404: when there is no such delivery for this reader.
    """
    delivery = _delivery(reader, workout, delivery_id)
    card = note_card(workout, delivery.doctor, delivery.rev, list(notes_of(delivery)))
    with override(workout.patient.language):
        heading = note_heading()
    return Preview(delivery.doctor, workout.patient, heading, workout.day, card["exercises"])


def _delivery(reader: Reader, workout: Workout, delivery_id: str) -> NoteDelivery:
    named = delivery_shown(reader, workout, delivery_id) if delivery_id else deliveries_shown(reader, workout).first()
    if delivery_id and named is None:
        raise Http404
    # Notes may stand that were never owed to anybody.
    delivery: NoteDelivery = named or NoteDelivery(doctor=reader.person if reader.is_doctor else workout.doctor)
    delivery.workout = workout
    return delivery
