"""What the status page tells, read from it; and rows that wait or have failed."""

from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import User
from console.status.figures import Figures
from feedback.models import FeedbackSummary, NoteDelivery
from followups.states import Status
from notifications.models import Push
from okta.models import SweepRun
from tests.followups.tries import ago, promised
from tests.make import NOON, Make
from tests.notifications.test_measures import settled

PAGE = "/admin/status/"
NOW = "/admin/status/now/"


def told(client: Client, address: str = PAGE, **headers: str) -> Figures:
    """The figures of a page, each of which can be read on it."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    figures: Figures = answer.context["figures"]
    html = unescape(answer.content.decode())
    for line in [*figures.processes, *figures.waiting, *figures.sweeps]:
        assert f"<dt>{line.label}</dt>" in html
        assert line.value in html
    return figures


def values(lines: Any) -> dict[str, tuple[str, str]]:
    return {line.label: (line.value, line.trouble) for line in lines}


def run(kind: str, **columns: Any) -> None:
    when = columns.pop("at")
    SweepRun.objects.create(kind=kind, started_at=when, finished_at=when, **columns)


def in_two_clinics(make: Make) -> None:
    """Something of every kind that is due in Ada's clinic; in the other one two, one of them for longer."""
    other = make.patient("Otto", doctors=[make.stella], tenant=make.other_clinic)
    for patient, doctor, minutes in ((make.pat, make.dana, 4), (other, make.stella, 50), (other, make.stella, 2)):
        workout = make.workout(patient=patient, doctor=doctor, completed_at=NOON)
        promised(tenant=patient.tenant, scheduled_for=ago(minutes=minutes))
        NoteDelivery.objects.create(workout=workout, doctor=doctor, due_at=ago(minutes=minutes))
        make.summary(workout, due_at=ago(minutes=minutes))
        make.entrance(patient, on=NOON.date() - timedelta(days=minutes), window_ends_at=ago(minutes=minutes))
        push = settled(patient, "PENDING")
        Push.objects.filter(pk=push.pk).update(next_attempt_at=ago(minutes=minutes))
    # Neither of these is due: held by its doctor, and promised for later.
    held = make.workout(completed_at=NOON)
    NoteDelivery.objects.create(workout=held, doctor=make.dana, due_at=ago(hours=9), held_at=ago(hours=9))
    promised(tenant=make.clinic, scheduled_for=ago(hours=-1))


def fail_one_of_each(make: Make, patient: User, doctor: User, mark: str, hours: int) -> dict[str, Any]:
    """Something of every kind that has failed for good, an hour after another."""
    workout = make.workout(patient=patient, doctor=doctor, completed_at=NOON)
    summary = make.summary(workout, due_at=ago(hours=-1))
    FeedbackSummary.objects.filter(pk=summary.pk).update(
        dead_at=ago(hours=hours + 2), last_error=f"{mark}Summary at feedback.x:1"
    )
    push = settled(patient, "FAILED", hours=hours + 3)
    Push.objects.filter(pk=push.pk).update(last_error=f"{mark} push")
    return {
        "followuprequest": promised(
            Status.FAILED, tenant=patient.tenant, failed_at=ago(hours=hours), last_error=f"{mark} follow-up"
        ),
        "notedelivery": NoteDelivery.objects.create(
            workout=workout, doctor=doctor, due_at=ago(hours=-1), dead_at=ago(hours=hours + 1),
            last_error=f"{mark}Notes at feedback.x:1",
        ),
        "feedbacksummary": summary,
        "push": push,
    }  # fmt: skip
