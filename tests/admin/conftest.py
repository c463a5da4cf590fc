"""Two clinics with one row of everything, and browsers that are signed in to the admin."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.backends import ModelBackend
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from accounts.idle.activity import SEEN_AT
from accounts.models import Reading, Tenant, TenantSettings, User
from accounts.states import UserType
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from followups.actions.make_key import make_key
from followups.models import (
    ApiKey,
    FollowUpArchive,
    FollowUpAttempt,
    FollowUpMessage,
    FollowUpRequest,
    Provider,
    ProviderReviewRequest,
)
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from notifications.models import Device, Notification, Push
from okta import clock
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from rtm.proposals import proposal
from tests.make import NOON, Make

MARCH = date(2026, 3, 1)
Rows = dict[type[Model], Any]
Browse = Callable[[User], Client]


@pytest.fixture
def browse() -> Browse:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")
        session = client.session
        # From a little ahead, so that no page costs a test the writing down of when it was asked for.
        session[SEEN_AT] = int((clock.now() + timedelta(minutes=5)).timestamp())
        session.save()
        return client

    return sign_in


@pytest.fixture
def operator(make: Make) -> User:
    return User.objects.create_superuser("olga@example.org", first_name="Olga", last_name="Operator")


@pytest.fixture
def ada(browse: Browse, make: Make) -> Client:
    return browse(make.ada)


def one_of_everything(make: Make, *, doctor: User, patient: User, mark: str) -> Rows:
    """A row of every clinic-owned kind, each telling its clinic by ``mark``."""
    link = patient.links_to_doctors.get()
    workout = make.workout(patient=patient, doctor=doctor, completed_at=NOON)
    first = workout.exercises.get(position=1)
    type(first).objects.filter(pk=first.pk).update(pain=8, exertion=9, patient_notes=f"{mark} hurts")
    type(first.exercise).objects.filter(pk=first.exercise_id).update(name=f"{mark} slide")
    conversation, _ = open_conversation(people=[patient, doctor])
    post_message(conversation=conversation, sender=patient, content=f"{mark} says hello")
    device = Device.objects.create(user=doctor, platform="EXPO", token=f"ExponentPushToken[{mark}-secret-{mark}]")
    told = Notification.objects.create(
        recipient=doctor, type="PATIENT_FEEDBACK", key=f"summary:{workout.pk}", title=mark, body=f"{mark} feedback",
        data={"type": "PATIENT_FEEDBACK", "workoutId": workout.pk, "conversationId": str(conversation.pk)},
    )  # fmt: skip
    AuthToken.objects.create(user=doctor)
    return {
        Tenant: patient.tenant,
        TenantSettings: TenantSettings.objects.get(tenant=patient.tenant),
        User: patient,
        type(link): link,
        AuthToken: AuthToken.objects.get(user=doctor),
        type(first.exercise): first.exercise,
        type(workout): workout,
        Conversation: conversation,
        AppEntrance: make.entrance(patient),
        FeedbackSummary: make.summary(workout, settled_at=NOON),
        NoteDelivery: NoteDelivery.objects.create(
            workout=workout, doctor=doctor, rev=1, due_at=NOON, first_unsent_at=NOON - timedelta(minutes=5)
        ),
        Notification: told,
        Push: Push.objects.create(
            notification=told, device=device, platform="EXPO", title=mark, body=f"{mark} push", collapse_id=mark
        ),
        Device: device,
        EvidenceDay: EvidenceDay.objects.create(
            patient=patient, day=NOON.date(), grade="therapeutic", counted=True, reason="entered"
        ),
        TimeEntry: TimeEntry.objects.create(
            patient=patient, doctor=doctor, started_at=NOON, seconds=600, live_contact=True, note=f"{mark} called"
        ),
        CertifiedMonth: CertifiedMonth.objects.create(
            patient=patient,
            month=MARCH,
            certified_by=doctor,
            recorded_by=doctor,
            locked_at=NOON,
            snapshot=proposal(MARCH, days=(), spent=()),
        ),
        Reading: Reading.objects.create(
            reader=doctor, tenant=doctor.tenant, patient=patient, what="workouts.workout", row=str(workout.pk)
        ),
        **_follow_ups(conversation, patient=patient, doctor=doctor, mark=mark),
    }


def _follow_ups(conversation: Conversation, *, patient: User, doctor: User, mark: str) -> Rows:
    """A follow-up of every kind in this conversation, and what goes with it."""
    told = {"tenant": patient.tenant, "conversation_id": conversation.pk, "user_id": str(patient.pk)}
    promised = told | {"display_text": f"{mark}, how is it going?", "scheduled_by": doctor}
    later = datetime(2036, 4, 9, 13, tzinfo=UTC)
    follow_up = FollowUpRequest.objects.create(scheduled_for=later, **promised)
    key, _text = make_key(tenant=told["tenant"], name=f"{mark} app", made_by=doctor)
    return {
        FollowUpRequest: follow_up,
        FollowUpArchive: FollowUpArchive.objects.create(scheduled_for=NOON, status="sent", sent_at=NOON, **promised),
        FollowUpAttempt: FollowUpAttempt.objects.create(
            tenant=told["tenant"], follow_up_id=follow_up.pk, number=1, channel="EXPO", outcome="TRY_AGAIN",
            reason=f"{mark} is busy", token=f"ExponentPushToken[{mark}-secret-{mark}]",
        ),
        FollowUpMessage: FollowUpMessage.objects.create(message_content=f"{mark} was asked", **told),
        ProviderReviewRequest: ProviderReviewRequest.objects.create(conversation_title=f"{mark} coughs", **told),
        Provider: Provider.objects.create(tenant=told["tenant"], user_id=f"{mark} provider", device_token="a" * 64),
        ApiKey: key,
    }  # fmt: skip


@pytest.fixture
def ours(make: Make) -> Rows:
    """Ada's clinic."""
    return one_of_everything(make, doctor=make.dana, patient=make.pat, mark="Northside")


@pytest.fixture
def theirs(make: Make) -> Rows:
    """The clinic nobody of ours has any business with; every word of it says Foreign."""
    clinic = make.tenant("Foreign Physio", "Europe/Berlin")
    doctor = make.doctor("Foreigndoctor", last_name="Foreign", tenant=clinic)
    patient = make.patient("Foreignpatient", last_name="Foreign", tenant=clinic, doctors=[doctor])
    make.user(UserType.ADMIN, "Foreignadmin", tenant=clinic, last_name="Foreign", is_staff=True)
    return one_of_everything(make, doctor=doctor, patient=patient, mark="Foreign")


def page(model: type[Model], view: str, *args: Any) -> str:
    """The address of an admin page: changelist, add, change, delete or history."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send back if somebody pressed Save on this page without typing."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = "True" if form.get_initial_for_field(field.field, field.name) else ""
            if value is True:
                data[field.html_name] = "on"
            elif value is not None and value is not False:
                data[field.html_name] = value() if callable(value) else str(value)
    return data


def press(client: Client, model: type[Model], action: str, *rows: Model) -> Any:
    """Run an action of a list on some rows, and read the list it leads back to."""
    data = {"action": action, "index": "0", "select_across": "0", "_selected_action": [row.pk for row in rows]}
    return client.post(page(model, "changelist"), data, follow=True)


def clinic_pages() -> list[type[Model]]:
    return [model for model, shown in admin.site._registry.items() if hasattr(shown, "clinic_path")]
