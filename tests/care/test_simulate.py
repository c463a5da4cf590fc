"""The dry run: what would be due, for whom, in both zones, and nothing written."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import TenantSettings
from entrances.models import AppEntrance
from feedback.actions.owe_summary import owe_summary
from feedback.actions.steer import hold
from feedback.models import NoteDelivery
from messaging.actions.open_conversation import open_conversation
from tests.entrances.steps import visit
from tests.feedback.steps import save
from tests.followups.steps import promised
from tests.make import NOON, TODAY, Make

# In a transaction of its own, so that it can be a read-only one.
pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 4, 8, 21, 0, tzinfo=UTC)


def simulate(at: datetime | str = AT, **options: Any) -> list[str]:
    """The lines it prints."""
    out = StringIO()
    call_command("simulate", at=str(at), stdout=out, **options)
    return out.getvalue().splitlines()


def due_at(model: Any, field: str, instant: datetime) -> None:
    model.objects.update(**{field: instant})


def test_nothing_due_says_so(make: Make) -> None:
    assert simulate() == ["0 due by 2026-04-08T21:00:00+00:00; nothing was written."]


def test_a_visit_says_what_it_would_become_in_both_zones(make: Make) -> None:
    patient = make.patient("Zoe", doctors=[make.dana], timezone="Asia/Kathmandu")
    make.workout(patient=patient, on=TODAY)
    visit(patient)
    due_at(AppEntrance, "window_ends_at", NOON + timedelta(hours=2))
    first, _ = simulate()
    assert (
        first.split()
        == (
            "2026-04-08 10:00:00 EDT clinic 2026-04-08 19:45:00 +0545 patient app visit "
            f"{patient.pk} FINALIZED_TO_INFERRED_WORKOUT (Copied from the workout planned for that day)"
        ).split()
    )


def test_notes_and_summaries_are_listed_soonest_first(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth", "Slow down")
    due_at(NoteDelivery, "due_at", AT)
    owe_summary(workout=workout)
    connection.cursor().execute("UPDATE feedback_feedbacksummary SET due_at = %s", [NOON])
    summary, notes, _ = simulate()
    assert summary.endswith("would be told")
    assert notes.endswith("2 notes of Dana Reed would be sent")


def test_a_follow_up_says_where_it_would_be_said_in_both_zones(make: Make) -> None:
    patient = make.patient("Zoe", doctors=[make.dana], timezone="Asia/Kathmandu")
    thread, _ = open_conversation(people=[make.dana, patient])
    given = {"conversation_id": thread.pk, "user_id": str(patient.pk), "tenant": make.clinic}
    promised(**given, scheduled_for=NOON + timedelta(hours=2))
    promised(**given, scheduled_for=NOON, next_attempt_at=AT, device_token="ExponentPushToken[zoe]")
    promised(**given, scheduled_for=NOON, next_attempt_at=AT + timedelta(seconds=1))
    promised(**given, scheduled_for=NOON, status="cancelled")

    first, second, _ = simulate()

    when = "2026-04-08 10:00:00 EDT  clinic  2026-04-08 19:45:00 +0545  patient"
    assert first == f"{when}  follow-up    {patient.pk:>6}  would be said in the app"
    assert second.startswith("2026-04-08 17:00:00 EDT")
    assert second.endswith("would be pushed (EXPO)")


def test_a_follow_up_from_outside_is_foreseen_without_the_words_of_whoever_wrote_it(make: Make) -> None:
    promised(user_id="\x1b[31mSam's mother", scheduled_for=NOON, display_text=" ")
    promised(user_id="7c0f", scheduled_for=NOON + timedelta(minutes=1), tenant=make.other_clinic)

    empty, other, _ = simulate()

    when = "2026-04-08 12:00:00 UTC  clinic  2026-04-08 12:00:00 UTC  patient"
    assert empty == f"{when}  follow-up         ?  would fail (empty)"
    assert other.endswith("     ?  would be said in the app")
    assert len(simulate(tenant=make.clinic.pk)) == 1


def test_a_clinic_with_the_feature_off_is_told_nothing(make: Make) -> None:
    save(make.workout(completed_at=NOON), "Good depth")
    due_at(NoteDelivery, "due_at", AT)
    TenantSettings.objects.update(features={})
    assert simulate()[0].endswith("feature off")


def test_what_is_held_or_later_is_not_listed(make: Make) -> None:
    held, later = save(make.workout(completed_at=NOON), "Held"), save(make.workout(completed_at=NOON), "Later")
    hold(delivery_id=held.pk)
    NoteDelivery.objects.filter(pk=held.pk).update(due_at=AT)
    NoteDelivery.objects.filter(pk=later.pk).update(due_at=AT + timedelta(seconds=1))
    assert len(simulate()) == 1


def test_another_clinic_can_be_left_out(make: Make) -> None:
    save(make.workout(completed_at=NOON), "Good depth")
    due_at(NoteDelivery, "due_at", AT)
    assert len(simulate(tenant=make.clinic.pk)) == 2
    assert len(simulate(tenant=make.other_clinic.pk)) == 1


def test_nothing_is_written(make: Make) -> None:
    make.workout(on=TODAY)
    visit(make.pat)
    due_at(AppEntrance, "window_ends_at", NOON)
    before = AppEntrance.objects.values().get()
    simulate()
    assert AppEntrance.objects.values().get() == before


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("tomorrow", "give an instant"),
        ("2026-04-08T21:00:00", "add the zone"),
        ("2026-13-08T21:00:00Z", "--at 2026-13-08T21:00:00Z"),
    ],
)
def test_an_instant_it_cannot_read_is_explained(make: Make, at: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        simulate(at)


def test_a_clinic_that_does_not_exist_is_explained(make: Make) -> None:
    with pytest.raises(CommandError, match="there is no such clinic"):
        simulate(tenant=404)
