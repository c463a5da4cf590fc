"""What happens when a patient says how a day went, in order."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.locks import lock_patient
from accounts.models import User
from care.complete_workout import complete_in_order, tell_therapists
from entrances.actions.answer import AlreadySettled, Said, record_answer
from entrances.actions.cancel import cancel_for_real_workout
from entrances.models import AppEntrance
from entrances.queries import entrance_of, real_workout_on
from entrances.states import Answer
from feedback.actions.owe_summary import Words, owe_answer
from okta.errors import Refusal
from rtm.actions.recalculate import recalculate
from rtm.actions.record_answer import record_answer as record_evidence
from workouts.actions.complete import Report
from workouts.queries import workouts_of_patient
from workouts.states import Status


class NothingPlanned(Refusal):
    """The patient says the day's workout is done, and none was planned for the day."""

    code = "nothing_planned"
    status = 409
    sentence = _("No workout was planned for this day.")


def check_in(*, patient: User, entrance_id: int, said: Said, now: datetime) -> AppEntrance:
    """
    Turn a guess about a day into the patient's own word; return the entrance as it stands.

    Done, or done in part: the workout planned for that day is completed, with everything that
    follows from it. Not today: the day is settled without a workout. Pain and note are told to the
    therapists as an exercise's would be, and are monitoring data.

    :raises NotFound: when the entrance is anybody else's.
    :raises AlreadySettled: when the day is settled.
    :raises NothingPlanned: when there is no workout to be done with.
    """
    with transaction.atomic(durable=True):
        person = lock_patient(patient.pk)
        day = entrance_of(patient=person, entrance_id=entrance_id).local_date
        trained = real_workout_on(patient_id=person.pk, day=day)
        if trained:  # The visit was logged while that workout was being completed.
            cancel_for_real_workout(patient_id=person.pk, on=day)
        owed = None if trained else _take_down(person, entrance_id, said, now)
    if trained:
        raise AlreadySettled
    if owed is not None:
        tell_therapists(owed)
    return entrance_of(patient=patient, entrance_id=entrance_id)


def _take_down(patient: User, entrance_id: int, said: Said, now: datetime) -> str | None:
    """Everything an answer commits, in order; the key of the summary now owed."""
    entrance = record_answer(patient=patient, entrance_id=entrance_id, said=said, now=now)
    words = Words(pain=said.pain, note=said.note)
    record_evidence(
        patient=patient, day=entrance.local_date, has_data=words.said_anything, key=f"entrance:{entrance.pk}"
    )
    if said.answer == Answer.NOT_TODAY:
        recalculate(patient=patient, now=now)
        return owe_answer(patient=patient, day=entrance.local_date, entrance_id=entrance.pk, words=words)
    return _complete_the_days(patient, entrance, words, now)


def _complete_the_days(patient: User, entrance: AppEntrance, words: Words, now: datetime) -> str | None:
    planned = workouts_of_patient(patient).filter(status=Status.PLANNED, date_scheduled=entrance.local_date)
    workout_id = planned.order_by("pk").values_list("pk", flat=True).first()
    if workout_id is None:
        raise NothingPlanned
    _workout, owed = complete_in_order(
        patient=patient, workout_id=workout_id, report=Report(), now=now, on=entrance.local_date, words=words
    )
    return owed
