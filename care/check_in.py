"""What happens when a patient says how a day went, in order."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.locks import lock_patient
from accounts.models import User
from care.complete_workout import complete_in_order, tell_therapists
from entrances.actions.answer import Said, record_answer
from entrances.models import AppEntrance
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
        entrance = record_answer(patient=person, entrance_id=entrance_id, said=said, now=now)
        words = Words(pain=said.pain, note=said.note)
        record_evidence(
            patient=person,
            day=entrance.local_date,
            has_data=words.said_anything,
            key=f"entrance:{entrance.pk}",
        )
        if said.answer == Answer.NOT_TODAY:
            recalculate(patient=person, now=now)
            owed: str | None = owe_answer(patient=person, day=entrance.local_date, entrance_id=entrance.pk, words=words)
        else:
            owed = _complete_the_days(person, entrance, words, now)
    if owed is not None:
        tell_therapists(owed)
    entrance.refresh_from_db()
    return entrance


def _complete_the_days(patient: User, entrance: AppEntrance, words: Words, now: datetime) -> str | None:
    planned = workouts_of_patient(patient).filter(status=Status.PLANNED, date_scheduled=entrance.local_date)
    workout_id = planned.order_by("pk").values_list("pk", flat=True).first()
    if workout_id is None:
        raise NothingPlanned
    _workout, owed = complete_in_order(
        patient=patient, workout_id=workout_id, report=Report(), now=now, on=entrance.local_date, words=words
    )
    return owed
