"""What a follow-up becomes when its time has come."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import TenantSettings
from followups.locks import claim_due
from followups.models import FollowUpMessage, FollowUpRequest, ProviderReviewRequest
from messaging.models import Message
from notifications.models import Device, Notification
from okta.devstack.fake_provider import FakeProvider
from tests.followups.scripted import Scripted
from tests.followups.steps import (
    TOKEN,
    deliver,
    device,
    for_pat,
    messages,
    promised,
    review,
    said_in,
    status_of,
    thread,
    tried,
)
from tests.make import Make

pytestmark = pytest.mark.django_db


def test_a_row_from_outside_with_only_the_mandatory_columns_is_delivered_in_the_app() -> None:
    conversation_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO follow_up_requests (conversation_id, user_id, scheduled_for, display_text) "
            "VALUES (%s, '7c0f', now() - interval '1 minute', 'How is Sam?')",
            [conversation_id],
        )
    row = FollowUpRequest.objects.get()

    deliver()

    row.refresh_from_db()
    assert (row.status, row.unverified, row.attempts, row.lease) == ("sent", True, 1, None)
    assert row.sent_at is not None
    message = FollowUpMessage.objects.get()
    assert (message.conversation_id, message.user_id, message.message_content) == (
        conversation_id,
        "7c0f",
        "How is Sam?",
    )
    assert (message.is_from_user, message.is_read, message.follow_up_id) == (False, False, row.pk)
    assert message.timestamp.microsecond == 0
    assert tried(row) == [(1, "IN_APP", "ACCEPTED", "")]


def test_a_providers_follow_up_is_a_message_a_card_a_feed_entry_and_a_push(make: Make, expo: FakeProvider) -> None:
    device(make.pat)
    row = for_pat(make, urgency="urgent")

    deliver()

    assert status_of(row) == "sent"
    assert messages() == [(thread(make).pk, "How is Sam?")]
    card = Message.objects.get()
    assert (card.type, card.sender, card.content) == ("FOLLOW_UP", make.dana, "How is Sam?")
    assert card.metadata == {"feedbackType": None, "followUpId": str(row.pk), "urgency": "urgent"}
    entry = Notification.objects.get()
    assert (entry.recipient, entry.type, entry.body) == (make.pat, "FOLLOW_UP", "How is Sam?")
    [push] = expo.received()
    assert (push["to"], push["title"], push["body"]) == (TOKEN, "Follow-up from Dr. Dana Reed", "How is Sam?")
    assert push["data"] == {
        "conversation_id": str(thread(make).pk),
        "conversationId": str(thread(make).pk),
        "type": "follow_up",
        "follow_up_id": str(row.pk),
    }
    assert tried(row) == [(1, "EXPO", "ACCEPTED", "")]


def test_what_is_not_due_is_left_alone(make: Make) -> None:
    row = for_pat(make, scheduled_for=Now() + timedelta(minutes=1))
    deliver()
    assert (status_of(row), messages()) == ("scheduled", [])


@pytest.mark.parametrize("status", ["cancelled", "sent", "failed", "paused", ""])
def test_only_what_is_scheduled_is_delivered(status: str) -> None:
    row = promised(status=status)
    deliver()
    assert (status_of(row), messages()) == (status, [])


def test_the_messages_of_a_conversation_come_in_their_order_whatever_their_seconds() -> None:
    conversation_id = uuid4()
    for minutes, text in ((1, "third"), (3, "first"), (2, "second")):
        promised(conversation_id=conversation_id, display_text=text, scheduled_for=Now() - timedelta(minutes=minutes))

    deliver()

    assert [text for _, text in messages()] == ["first", "second", "third"]
    stamps = list(FollowUpMessage.objects.order_by("created_at").values_list("timestamp", flat=True))
    assert [later - earlier for earlier, later in pairwise(stamps)] == [timedelta(seconds=1)] * 2


def test_a_message_is_later_than_everything_said_before() -> None:
    row = promised()
    in_an_hour = row.created_at + timedelta(hours=1)
    ahead = FollowUpMessage.objects.create(
        conversation_id=row.conversation_id,
        user_id="x",
        message_content="from a fast clock",
        timestamp=in_an_hour,
    )
    deliver()
    said = FollowUpMessage.objects.get(follow_up_id=row.pk)
    assert said.timestamp == ahead.timestamp.replace(microsecond=0) + timedelta(seconds=1)


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0\u3000", "\u200b\u2060\ufeff"])
def test_a_text_that_says_nothing_fails_at_once(make: Make, expo: FakeProvider, text: str) -> None:
    device(make.pat)
    row = for_pat(make, display_text=text)
    deliver()
    row.refresh_from_db()
    assert (row.status, row.last_error, messages(), expo.received()) == ("failed", "empty", [], [])


def test_delivery_never_writes_the_review_request(make: Make) -> None:
    row = for_pat(make)
    badge = review(row, schedule_followup=True, status="pending")
    before = ProviderReviewRequest.objects.filter(pk=badge.pk).values().get()
    deliver()
    assert ProviderReviewRequest.objects.filter(pk=badge.pk).values().get() == before


class TestWhere:
    """The place that a push goes to."""

    def test_the_token_the_row_brought_comes_first(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        row = for_pat(make, device_token="ExponentPushToken[brought]")
        review(row, device_token="ExponentPushToken[review]")
        deliver()
        assert sent_to(expo) == ["ExponentPushToken[brought]"]

    def test_then_every_registered_device(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        device(make.pat, "ExponentPushToken[tablet]")
        device(make.pat, "ExponentPushToken[lost]", retired_at=Now())
        review(for_pat(make), device_token="ExponentPushToken[review]")
        deliver()
        assert sent_to(expo) == [TOKEN, "ExponentPushToken[tablet]"]

    def test_then_the_token_of_the_newest_review_request_that_has_one(self, expo: FakeProvider) -> None:
        row = promised()
        review(row, device_token="ExponentPushToken[old]", created_at=Now() - timedelta(days=2))
        review(row, device_token="ExponentPushToken[new]", created_at=Now() - timedelta(days=1))
        review(row)
        deliver()
        assert sent_to(expo) == ["ExponentPushToken[new]"]
        row.refresh_from_db()
        assert row.unverified is False

    def test_a_parent_nothing_is_known_of_gets_the_push_the_row_asked_for(self, expo: FakeProvider) -> None:
        row = promised(device_token="ExponentPushToken[anywhere]")
        deliver()
        row.refresh_from_db()
        assert (sent_to(expo), row.status, row.unverified) == (["ExponentPushToken[anywhere]"], "sent", True)

    def test_or_none_where_only_known_recipients_are_pushed_to(self, expo: FakeProvider, settings: Any) -> None:
        settings.FOLLOWUP_REQUIRE_KNOWN_RECIPIENT = True
        row = promised(device_token="ExponentPushToken[anywhere]")
        deliver()
        row.refresh_from_db()
        assert (sent_to(expo), row.status, row.unverified) == ([], "sent", True)

    def test_a_token_registered_to_somebody_else_is_never_pushed_to(self, make: Make, expo: FakeProvider) -> None:
        device(make.stella, "ExponentPushToken[stella]")
        outside = promised(device_token="ExponentPushToken[stella]")
        inside = for_pat(make, device_token="ExponentPushToken[stella]")
        deliver()
        assert sent_to(expo) == []
        assert (status_of(outside), status_of(inside)) == ("sent", "sent")

    def test_a_stranger_who_names_a_patient_does_not_reach_their_devices(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        promised(user_id=str(make.pat.pk), tenant=make.clinic)
        promised(user_id=str(make.pat.pk), tenant=make.other_clinic, conversation_id=thread(make).pk)
        promised(user_id="7c0f", tenant=make.clinic, conversation_id=thread(make).pk)
        deliver()
        assert (sent_to(expo), said_in(thread(make)), Notification.objects.count()) == ([], [], 0)
        assert list(FollowUpRequest.objects.values_list("status", "unverified")) == [("sent", True)] * 3

    def test_a_blank_token_is_none(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        for_pat(make, device_token=" ")
        deliver()
        assert sent_to(expo) == [TOKEN]

    def test_a_doctor_of_another_clinic_does_not_speak_here(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        for_pat(make, scheduled_by=make.stella)
        deliver()
        assert expo.received()[0]["title"] == "Follow-up from your provider"
        assert Message.objects.get().sender == make.dana

    def test_in_the_app_only_when_that_was_asked_for(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        row = for_pat(make, in_app_only=True)
        deliver()
        assert (sent_to(expo), said_in(thread(make))) == ([], ["How is Sam?"])
        assert tried(row) == [(1, "IN_APP", "ACCEPTED", "")]


class TestWords:
    """What a push says."""

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("Michael Example", "Follow-up from Dr. Michael Example"),
            ("Dr Michael Example", "Follow-up from Dr. Michael Example"),
            ("Dr. Michael Example", "Follow-up from Dr. Michael Example"),
            ("dr. Dr Michael Example ", "Follow-up from Dr. Michael Example"),
            ("Drew Barnes", "Follow-up from Dr. Drew Barnes"),
            ("  ", "Follow-up from your provider"),
            (None, "Follow-up from your provider"),
        ],
    )
    def test_the_title_names_the_provider_once(self, expo: FakeProvider, name: str | None, title: str) -> None:
        review(promised(), device_token=TOKEN, provider_name=name)
        deliver()
        assert expo.received()[0]["title"] == title

    def test_it_speaks_the_parents_language(self, make: Make, expo: FakeProvider) -> None:
        make.pat.language = "ru"
        make.pat.save(update_fields=["language"])
        device(make.pat)
        for_pat(make)
        deliver()
        assert expo.received()[0]["title"] == "Сообщение от врача: Dana Reed"

    def test_where_the_clinic_wants_discretion_it_says_nothing(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        row = for_pat(make)
        TenantSettings.objects.filter(tenant=make.clinic).update(features={"discreetPush": True})
        deliver()
        [push] = expo.received()
        assert (push["title"], push["body"]) == ("Okta", "There is something new for you in the app.")
        assert push["data"] == {
            "conversation_id": str(row.conversation_id),
            "conversationId": str(row.conversation_id),
            "type": "follow_up",
            "follow_up_id": str(row.pk),
        }
        assert messages() == [(row.conversation_id, "How is Sam?")]

    def test_a_long_text_is_said_whole_in_the_app_and_shortened_on_the_phone(self, expo: FakeProvider) -> None:
        review(promised(display_text="я" * 3000), device_token=TOKEN)
        deliver()
        assert len(expo.received()[0]["body"].encode()) <= 2048
        assert messages()[0][1] == "я" * 3000


class TestClinic:
    """Rows from outside find their clinic."""

    def test_by_the_conversation(self, make: Make) -> None:
        row = promised(conversation_id=thread(make).pk, user_id=str(make.pat.pk))
        deliver()
        row.refresh_from_db()
        assert (row.tenant, row.unverified) == (make.clinic, False)
        # Nobody of ours wrote it: the conversation's doctor says it in the thread.
        assert Message.objects.get().sender == make.dana

    def test_by_the_review_request(self, make: Make) -> None:
        row = promised()
        review(row, tenant_id=make.clinic.pk)
        deliver()
        row.refresh_from_db()
        assert (row.tenant, FollowUpMessage.objects.get().tenant) == (make.clinic, make.clinic)

    def test_by_the_setting(self, make: Make, settings: Any) -> None:
        settings.FOLLOWUP_DEFAULT_TENANT = make.other_clinic.pk
        row = promised()
        deliver()
        row.refresh_from_db()
        assert row.tenant == make.other_clinic

    def test_or_stay_the_operators(self, settings: Any) -> None:
        settings.FOLLOWUP_DEFAULT_TENANT = 4711
        row = promised()
        deliver()
        row.refresh_from_db()
        assert (row.tenant, row.status) == (None, "sent")


def sent_to(provider: FakeProvider) -> list[str]:
    return [push["to"] for push in provider.received()]


def test_a_conversation_of_another_clinic_is_not_spoken_in(make: Make) -> None:
    row = promised(conversation_id=thread(make).pk, user_id=str(make.pat.pk), tenant=make.other_clinic)
    deliver()
    assert (status_of(row), said_in(thread(make))) == ("sent", [])


def test_a_clinic_that_knows_anothers_conversation_neither_holds_it_up_nor_dates_it(
    make: Make, scripted: type[Scripted]
) -> None:
    stranger = {"conversation_id": thread(make).pk, "tenant": make.other_clinic}
    promised(**stranger, device_token="ExponentPushToken[flaky]", scheduled_for=Now() - timedelta(hours=1))
    ahead = Now() + timedelta(days=365)
    FollowUpMessage.objects.create(**stranger, user_id="x", message_content="from the future", timestamp=ahead)
    row = for_pat(make)
    deliver()
    said = FollowUpMessage.objects.get(follow_up_id=row.pk)
    assert said.timestamp - said.created_at.replace(microsecond=0) <= timedelta(seconds=1)


@pytest.mark.parametrize("known", [True, False], ids=["the first", "the second"])
def test_a_row_that_comes_after_clinics_were_looked_for_keeps_its_place(make: Make, known: bool) -> None:
    first = for_pat(make, scheduled_for=Now() - timedelta(minutes=2))
    second = for_pat(make, scheduled_for=Now() - timedelta(minutes=1))
    FollowUpRequest.objects.filter(pk=(second if known else first).pk).update(tenant=None)
    assert claim_due(limit=10).ids == [first.pk]
    assert claim_due(limit=10).ids == [], "the first is on its way, and the second behind it"


def test_an_inactive_parent_gets_no_push(make: Make, expo: FakeProvider) -> None:
    device(make.pat)
    make.pat.is_active = False
    make.pat.save(update_fields=["is_active"])
    for_pat(make)
    deliver()
    assert sent_to(expo) == []
    assert Device.objects.get().retired_at is None


def test_a_message_that_somebody_wrote_for_it_already_is_not_written_twice() -> None:
    row = promised()
    FollowUpMessage.objects.create(
        conversation_id=row.conversation_id, user_id="7c0f", message_content="How is Sam?", follow_up_id=row.pk
    )
    deliver()
    assert (status_of(row), len(messages())) == ("sent", 1)
