"""A patient's own answer about a day, which turns a guess into their word."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from entrances.locks import lock_entrance_of
from entrances.models import AppEntrance
from entrances.states import Answer, Reason, Status
from okta.errors import Refusal


class AlreadySettled(Refusal):
    """The day is settled: by a workout, by its window, or by an earlier answer."""

    code = "already_settled"
    status = 409
    sentence = _("This day is settled already.")


@dataclass(frozen=True, slots=True)
class Said:
    """What the patient says about the day."""

    answer: Answer
    pain: int | None = None
    note: str = ""


def record_answer(*, patient: User, entrance_id: int, said: Said, now: datetime) -> AppEntrance:
    """
    Write the answer on the patient's pending entrance; "not today" settles it, without a mirror.

    To be called while the patient's row is held.

    :raises NotFound: when the entrance is anybody else's.
    :raises AlreadySettled: when it is settled.
    """
    entrance = lock_entrance_of(patient=patient, entrance_id=entrance_id)
    if entrance.status != Status.PENDING:
        raise AlreadySettled
    row = AppEntrance.objects.filter(pk=entrance.pk)
    row.update(answer=said.answer, answer_pain=said.pain, answer_note=said.note, answered_at=now)
    if said.answer == Answer.NOT_TODAY:
        row.update(status=Status.SKIPPED_NO_SOURCE_WORKOUT, reason=Reason.PATIENT_SAID_NO, settled_at=Now())
    entrance.refresh_from_db()
    return entrance
