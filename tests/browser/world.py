"""
The rows that the pages show, made to be hard on them: long names, words without a place to break, whole notes.

One clinic with everything in it; Dana is its doctor, Ada its administrator, Olga the operator above it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.actions.switch_flags import switch_flags
from accounts.models import User
from entrances.states import Status as Visit
from feedback.actions.owe_summary import Words, owe_answer
from feedback.actions.publish_summary import publish_summary
from feedback.models import FeedbackSummary
from followups.states import Outcome
from followups.states import Status as FollowUpStatus
from messaging.actions.post_card import post_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from messaging.states import MessageType
from notifications.models import Push
from notifications.states import PushStatus
from okta.clock import now
from okta.models import Alert, SweepRun
from tests.admin.conftest import Rows, one_of_everything
from tests.console import conftest as console
from tests.console.needs import reported
from tests.followups.tries import ago, many, promised
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

LONG_NAME = {"first_name": "Константин-Александр", "last_name": "Преображенский-Староконстантиновский"}
LONG_WORD = "Рентгеноэлектрокардиографическое"
LONG_NOTE = (
    "На третьем подходе колено начало ныть, как после длинной прогулки; терпимо, но на лестнице чувствуется. "
    "Высокопрофессиональноориентированных упражнений больше не надо. " * 5
).strip()
BROWSER = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile"


@dataclass(frozen=True)
class World:
    """Who opens the pages, and a row of every kind for the pages to be about."""

    make: Make
    dana: User
    omar: User
    ada: User
    olga: User
    rows: Rows

    def row(self, model: type[Model]) -> Any:
        return self.rows[model]


def build_world() -> World:
    make = Make()
    dana = make.doctor("Dana", last_name="Reed", email="dana@example.org", is_staff=True)
    patient = make.patient(email="konstantin@example.org", doctors=[dana], **LONG_NAME)
    rows = one_of_everything(make, doctor=dana, patient=patient, mark=LONG_WORD)
    _write_much(rows, dana=dana)
    _need_dana(make, rows, dana=dana)
    switch_flags(tenant_id=make.clinic.pk, wanted={"discreetPush": True, "feedbackNotifications": False}, by=dana)
    _fail_much(rows, patient=patient)
    LogEntry.objects.log_actions(make.ada.pk, [dana], CHANGE, change_message=LONG_NOTE)
    return World(
        make=make,
        dana=dana,
        omar=console.let_in(make.omar),
        ada=make.ada,
        olga=User.objects.create_superuser("olga@example.org", first_name="Olga", last_name="Operator"),
        rows=rows | _of_operators(),
    )


def _write_much(rows: Rows, *, dana: User) -> None:
    """Notes of exercises and of the day as long as they may get, and long messages of every kind."""
    exercises = ExerciseInWorkout.objects.filter(workout=rows[Workout])
    exercises.update(patient_notes=LONG_NOTE, doctor_notes_post_exercise=LONG_NOTE, doctor_notes_post_exercise_at=NOON)
    FeedbackSummary.objects.filter(workout=rows[Workout]).update(pain=9, note=LONG_NOTE)
    thread = rows[Conversation]
    post_message(conversation=thread, sender=dana, content=LONG_NOTE)
    exercise = {"exerciseName": LONG_WORD * 2, "doctorNotesPostExercise": LONG_NOTE}
    cards: dict[MessageType, dict[str, Any]] = {
        MessageType.DOCTOR_FEEDBACK_NOTE: {"workoutDate": "2026-04-08", "workoutId": 1, "exercises": [exercise]},
        MessageType.FOLLOW_UP: {"urgency": "urgent"},
    }
    for kind, metadata in cards.items():
        given = {"type": kind, "card_key": f"much:{kind}", "content": LONG_NOTE, "metadata": metadata}
        post_card(conversation_id=thread.pk, sender=dana, **given)
    post_message(conversation=thread, sender=rows[User], content=LONG_WORD * 3)


def _need_dana(make: Make, rows: Rows, *, dana: User) -> None:
    """Everything that today's page tells of, and of one kind more than it has room for."""
    patient, today = rows[User], now()
    for day in range(3):
        fields = {"answer": "NOT_TODAY", "answer_pain": 10, "answer_note": LONG_NOTE} if day else {}
        on = today.date() - timedelta(days=day)
        visit = make.entrance(patient, on, status=Visit.SKIPPED_NO_SOURCE_WORKOUT, settled_at=today, **fields)
    said = owe_answer(patient=patient, day=on, entrance_id=visit.pk, words=Words(pain=10, note=LONG_NOTE))
    publish_summary(key=said)
    felt = {"pain": 9, "exertion": 10, "patient_notes": LONG_NOTE}
    reported(make, *[felt] * 4, patient=patient, at=today, doctor=dana)
    for number in range(21):
        console.promised(
            rows[Conversation],
            status="failed",
            failed_at=today,
            display_text=LONG_NOTE,
            scheduled_by=dana,
            urgency="routine" if number else "urgent",
            last_error=f"{LONG_WORD}At.{LONG_WORD}",
        )


def _fail_much(rows: Rows, *, patient: User) -> None:
    """A day of tries, some of which came to nothing, and every kind of failure with the longest reason."""
    for hours in range(24):
        many(Outcome.ACCEPTED, hours % 5, tenant=patient.tenant, at=ago(hours=hours, minutes=5))
        many(Outcome.REFUSED, hours % 3, tenant=patient.tenant, at=ago(hours=hours, minutes=5))
    failed = {"failed_at": ago(minutes=5), "last_error": LONG_NOTE[:200]}
    promised(FollowUpStatus.FAILED, tenant=patient.tenant, **failed)
    Push.objects.filter(pk=rows[Push].pk).update(
        status=PushStatus.FAILED, settled_at=ago(hours=30), last_error="DeviceNotRegistered"
    )
    SweepRun.objects.create(
        kind="followups.sweep", started_at=ago(hours=1), finished_at=ago(hours=1), ok=False, failed="OperationalError"
    )


def _of_operators() -> Rows:
    """What belongs to no clinic."""
    schedule = IntervalSchedule.objects.create(every=60, period="seconds")
    tried = {"username": f"{LONG_WORD}@example.org".lower(), "user_agent": BROWSER, "path_info": "/admin/login/"}
    return {
        Alert: Alert.objects.create(kind="followups.success", opened_at=NOON, detail=LONG_NOTE[:200]),
        SweepRun: SweepRun.objects.create(
            kind="feedback.sweep", started_at=NOON, finished_at=NOON + timedelta(seconds=1), ok=True
        ),
        PeriodicTask: PeriodicTask.objects.create(name="feedback.sweep", task="feedback.sweep", interval=schedule),
        AccessAttempt: AccessAttempt.objects.create(
            ip_address="2001:db8:85a3:8d3:1319:8a2e:370:7348", failures_since_start=3, http_accept="text/html", **tried
        ),
        AccessFailureLog: AccessFailureLog.objects.create(ip_address="192.0.2.1", http_accept="text/html", **tried),
    }
