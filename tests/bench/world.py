"""A small clinic in which every promise was kept, made by the product itself, and what was asked of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F

from accounts.models import User
from bench.faults.memory import Memory, now, remembered
from bench.faults.run import as_taken
from care.complete_workout import complete_workout
from entrances.actions.finalize import finalize_entrance
from entrances.models import AppEntrance
from feedback.actions.deliver_notes import deliver_notes
from followups.actions.cancel import cancel_all
from followups.actions.deliver_due import deliver_due as deliver_follow_ups
from messaging.actions.open_conversation import open_conversation
from notifications.actions.deliver import deliver_due as deliver_pushes
from notifications.models import Notification
from okta.devstack.fake_provider import FakeProvider
from tests.entrances.steps import visit, window_closes
from tests.feedback.steps import quiet_period_ends, save
from tests.followups.steps import device, promised
from tests.make import NOON, TODAY, Make
from workouts.actions.complete import ExerciseReport, Report
from workouts.models import Workout

YESTERDAY = TODAY - timedelta(days=1)
A_MINUTE = timedelta(minutes=1)
GONE = "ExponentPushToken[gone]"


def true_world(provider: FakeProvider) -> Memory:
    """Live all three stories, with a push service that knows every device but one; what is to be remembered of it."""
    make, memory = Make(), Memory()
    make.connect(make.pat, make.omar)
    device(make.dana, "ExponentPushToken[dana]")
    device(make.pat)
    provider.behave("DeviceNotRegistered", token=GONE)
    _review(make, memory)
    _train(make, memory)
    _visit(make, memory)
    _promise(make, memory)
    deliver_pushes()
    for push in provider.received():
        memory.note("taken", **as_taken(push))
    return memory


def _review(make: Make, memory: Memory) -> None:
    """Dana writes about what Pat did yesterday, twice and then once more; a save while the web is away is lost."""
    reviewed, lost = (make.workout(on=YESTERDAY, completed_at=NOON - timedelta(days=1)) for _ in range(2))
    for notes in (("Slow", "Slower"), ("Slowest",)):
        for note in notes:
            with remembered(memory, "saves", workout=reviewed.pk, exercise=first_of(reviewed), note=note) as saving:
                delivery = save(reviewed, note)
                saving.kept = True
        a_minute_passes(memory, "saves")
        Notification.objects.update(created_at=F("created_at") - A_MINUTE)
        quiet_period_ends(delivery)
        assert deliver_notes(delivery_id=delivery.pk) == "sent"
    began = now()
    memory.note("saves", workout=lost.pk, exercise=first_of(lost), note="Lost", began=began, ended=now(), kept=False)
    memory.note("disturbances", kind="killed", target="web", began=began, ended=now())


def _train(make: Make, memory: Memory) -> None:
    """Pat's workout hurts, and both doctors are told; tomorrow's is only planned."""
    complete(memory, make.workout(), pain=8)
    make.workout(on=TODAY + timedelta(days=1))


def _visit(make: Make, memory: Memory) -> None:
    """Ina did the same yesterday, Cara trains after all, of Sam nothing is known."""
    ina, cara, sam = (make.patient(name, doctors=[make.dana]) for name in ("Ina", "Cara", "Sam"))
    copied = make.workout(patient=ina, on=YESTERDAY, completed_at=NOON - timedelta(days=1))
    plan = make.workout(patient=cara)
    for patient, source in ((ina, copied), (cara, plan), (sam, None)):
        memory.note("visitors", patient=patient.pk, source=source and source.pk)
        with remembered(memory, "visits", patient=patient.pk, said="pending") as visiting:
            visit(patient)
            visiting.kept = True
    complete(memory, plan, pain=1)
    a_minute_passes(memory, "visits")
    entrances = AppEntrance.objects.filter(patient__in=[ina, sam])
    window_closes(*entrances)
    for entrance in entrances:
        finalize_entrance(entrance_id=entrance.pk, now=NOON)


def _promise(make: Make, memory: Memory) -> None:
    """Two to Pat, one to a stranger's phone, one to Sam, who has none; one to a phone that is gone; one taken back."""
    sam, ina = User.objects.get(first_name="Sam"), User.objects.get(first_name="Ina")
    moment = now().replace(microsecond=0)
    for ago, words in ((3, "First"), (2, "Second")):
        promise_to(make, memory, make.pat, words, moment - timedelta(seconds=ago))
    promise_to(make, memory, sam, "In the app", moment)
    promise_to(make, memory, ina, "Taken back", moment + timedelta(days=1))
    promise(memory, "To a stranger", moment, tenant=make.clinic, device_token="ExponentPushToken[stranger]")
    promise(memory, "To nobody", moment, tenant=make.clinic, device_token=GONE)
    conversation, _ = open_conversation(people=[make.dana, ina])
    with remembered(memory, "cancellations", conversation=conversation.pk) as cancelling:
        assert len(cancel_all(tenant_id=make.clinic.pk, conversation_id=conversation.pk)) == 1
        cancelling.kept = True
    deliver_follow_ups()


def promise_to(make: Make, memory: Memory, patient: User, words: str, moment: Any) -> None:
    conversation, _ = open_conversation(people=[make.dana, patient])
    people = {"tenant": make.clinic, "scheduled_by": make.dana, "user_id": str(patient.pk)}
    promise(memory, words, moment, conversation_id=conversation.pk, **people)


def promise(memory: Memory, words: str, moment: Any, *, conversation_id: UUID | None = None, **columns: Any) -> None:
    conversation, token = conversation_id or uuid4(), columns.get("device_token")
    known = {"words": words, "conversation": conversation, "scheduled_for": moment, "token": token}
    with remembered(memory, "promises", **known) as promising:
        row = promised(conversation_id=conversation, scheduled_for=moment, display_text=words, **columns)
        promising.learned["follow_up"] = row.pk
        promising.kept = True


def complete(memory: Memory, workout: Workout, *, pain: int) -> None:
    known = {"workout": workout.pk, "patient": workout.patient_id, "flagged": pain >= 7}
    with remembered(memory, "completions", **known) as completing:
        report = Report([ExerciseReport(first_of(workout), pain=pain)], duration_minutes=20)
        complete_workout(patient=workout.patient, workout_id=workout.pk, report=report, now=NOON)
        completing.kept = True


def first_of(workout: Workout) -> int:
    """The first exercise of a workout."""
    return workout.exercises.values_list("pk", flat=True)[0]


def a_minute_passes(memory: Memory, table: str) -> None:
    """What was done before now was done a minute earlier; the rows are moved by whoever calls this."""
    for row in memory.rows[table]:
        row |= {name: row[name] - A_MINUTE for name in ("began", "ended")}
