"""App visits in the admin: a readable history."""

from django.test import Client

from accounts.models import User
from entrances.actions.finalize import finalize_entrance
from entrances.models import AppEntrance
from tests.admin.conftest import page
from tests.entrances.steps import visit, window_closes
from tests.make import NOON, TODAY, Make


def test_the_history_says_what_a_visit_became_and_why(ada: Client, make: Make) -> None:
    make.workout(on=TODAY)
    entrance = visit(make.pat)
    window_closes(entrance)
    finalize_entrance(entrance_id=entrance.pk, now=NOON)

    shown = ada.get(page(AppEntrance, "changelist")).content.decode()

    assert '<span class="okta-badge okta-emerald">Inferred visit</span>' in shown
    assert "Copied from the workout planned for that day" in shown


def test_what_the_patient_said_is_escaped(ada: Client, make: Make) -> None:
    patient: User = make.pat
    entrance = make.entrance(patient, answer="NOT_TODAY", answer_note="<script>alert(1)</script>")

    shown = ada.get(page(AppEntrance, "change", entrance.pk)).content.decode()

    assert "<script>alert(1)</script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
