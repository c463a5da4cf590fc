from datetime import date

from accounts.models import User
from rtm.models import RecordedAnswer


def record_answer(*, patient: User, day: date, has_data: bool, key: str) -> None:
    """
    Keep that a patient has answered on their local ``day``, as evidence.

    In the caller's transaction, under ``accounts.locks.lock_patient``; ``recalculate`` comes after
    it. ``has_data``: a rating or a note was in it. ``key`` names what was answered, such as
    ``check-in:17``: recording it again changes nothing.
    """
    RecordedAnswer.objects.bulk_create(
        [RecordedAnswer(patient=patient, day=day, has_data=has_data, key=key)], ignore_conflicts=True
    )
