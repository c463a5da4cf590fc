"""Follow-ups in the admin: everything readable, every word escaped; cancelled, tried again, delivered in the app."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from followups.models import (
    FollowUpArchive,
    FollowUpAttempt,
    FollowUpMessage,
    FollowUpRequest,
    Provider,
    ProviderReviewRequest,
)
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from tests.admin.conftest import Browse, Rows, page, press
from tests.make import NOON, Make

EVIL = '<img src=x onerror="alert(1)">'
ESCAPED = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"
TOKEN = "ExponentPushToken[abcdefghijklmnopqrstuv]"


@pytest.fixture
def thread(make: Make) -> Conversation:
    conversation, _ = open_conversation(people=[make.pat, make.dana])
    return conversation


def promised(make: Make, thread: Conversation, **fields: Any) -> FollowUpRequest:
    given = {"tenant": make.clinic, "conversation_id": thread.pk, "user_id": str(make.pat.pk)}
    return FollowUpRequest.objects.create(
        **{**given, "scheduled_for": NOON, "display_text": "How is the knee?", **fields}
    )


def listed(client: Client, question: str = "") -> list[Any]:
    return list(client.get(page(FollowUpRequest, "changelist") + question).context["cl"].result_list)


def test_the_list_says_who_when_and_how_it_stands(ada: Client, make: Make, thread: Conversation) -> None:
    promised(make, thread, urgency="urgent", status="failed", last_error="gave up", unverified=True, attempts=3)

    html = ada.get(page(FollowUpRequest, "changelist")).content.decode()

    for said in (
        "Pat Lee",
        '<span class="okta-badge okta-orange">Urgent</span>',
        '<span class="okta-badge okta-red">Failed</span>',
        '<span class="okta-badge okta-orange">unverified</span>',
        "gave up",
        f'<a class="okta-link" href="/admin/messaging/conversation/{thread.pk}/change/">{str(thread.pk)[:8]}…</a>',
    ):
        assert said in html


def test_a_parent_and_a_conversation_that_are_not_ours_are_shown_as_they_were_named(
    ada: Client, make: Make, theirs: Rows, thread: Conversation
) -> None:
    for user_id in ("7c0f-parent", str(theirs[User].pk), "9" * 30):
        promised(make, theirs[Conversation], user_id=user_id)

    html = ada.get(page(FollowUpRequest, "changelist")).content.decode()

    assert all(user_id in html for user_id in ("7c0f-parent", "9" * 30))
    assert "Foreign" not in html
    assert f"/admin/messaging/conversation/{theirs[Conversation].pk}" not in html


def test_a_status_nobody_of_ours_wrote_is_shown_as_it_is(ada: Client, make: Make, thread: Conversation) -> None:
    row = promised(make, thread, status="paused", urgency="whenever")

    html = ada.get(page(FollowUpRequest, "change", row.pk)).content.decode()

    assert '<span class="okta-badge okta-plain">paused</span>' in html
    assert '<span class="okta-badge okta-plain">whenever</span>' in html
    assert "okta-buttons" not in html


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("?status=scheduled", {"one"}),
        ("?status=failed", {"two"}),
        ("?status=other", {"three"}),
        ("?urgency=urgent", {"two"}),
        ("?urgency=other", {"three"}),
        ("?unverified__exact=1", {"two"}),
        ("?q=Pat+Lee", {"one", "two"}),
        ("?q=7c0f", {"three"}),
        ("?q=two", {"two"}),
    ],
)
def test_rows_are_found_by_their_words(
    question: str, found: set[str], ada: Client, make: Make, thread: Conversation
) -> None:
    promised(make, thread, display_text="one")
    promised(make, thread, display_text="two", status="failed", urgency="urgent", unverified=True)
    promised(make, thread, display_text="three", status="paused", urgency="whenever", user_id="7c0f")

    assert {row.display_text for row in listed(ada, question)} == found
    assert len(listed(ada, f"?q={thread.pk}")) == 3


def test_the_page_shows_every_attempt_and_what_the_service_said(ada: Client, make: Make, thread: Conversation) -> None:
    row = promised(make, thread, device_token=TOKEN)
    FollowUpAttempt.objects.create(
        tenant=make.clinic, follow_up_id=row.pk, number=1, channel="EXPO", outcome="REFUSED", reason="gone", token=TOKEN
    )

    html = ada.get(page(FollowUpRequest, "change", row.pk)).content.decode()

    assert f"Pat Lee ({make.pat.pk})" in html
    assert f'change/">{thread.pk}</a>' in html
    told = html.split('id="okta-attempts-title"')[1]
    assert "1 · Expo" in told
    assert '<span class="okta-badge okta-red">Refused for good</span>' in told
    assert "The service said: gone" in told
    assert "Token: Expone…qrstuv]" in told
    assert TOKEN not in html + ada.get(page(FollowUpAttempt, "changelist")).content.decode()


@pytest.mark.parametrize(
    ("action", "before", "after", "in_app_only"),
    [
        ("cancel", "scheduled", "cancelled", False),
        ("try_again", "failed", "scheduled", False),
        ("deliver_in_app", "failed", "scheduled", True),
    ],
)
def test_a_button_moves_the_rows_it_fits_and_leaves_the_others(
    action: str, before: str, after: str, in_app_only: bool, ada: Client, make: Make, thread: Conversation
) -> None:
    row, sent = promised(make, thread, status=before), promised(make, thread, status="sent")
    offered = ada.get(page(FollowUpRequest, "change", row.pk)).content.decode()

    told = press(ada, FollowUpRequest, action, row, sent).content.decode()

    assert f'name="action" value="{action}"' in offered
    row.refresh_from_db()
    sent.refresh_from_db()
    assert (row.status, row.in_app_only, sent.status) == (after, in_app_only, "sent")
    assert "1 was changed." in told
    assert "1 was left as it is." in told


def test_a_button_moves_no_row_of_another_clinic(ada: Client, ours: Rows, theirs: Rows) -> None:
    press(ada, FollowUpRequest, "cancel", ours[FollowUpRequest], theirs[FollowUpRequest])

    assert FollowUpRequest.objects.get(pk=ours[FollowUpRequest].pk).status == "cancelled"
    assert FollowUpRequest.objects.get(pk=theirs[FollowUpRequest].pk).status == "scheduled"


def test_rows_of_no_clinic_are_the_operators(
    ada: Client, browse: Browse, operator: User, make: Make, thread: Conversation
) -> None:
    about = {"conversation_id": thread.pk, "user_id": "7c0f"}
    rows = [
        promised(make, thread, tenant=None),
        ProviderReviewRequest.objects.create(**about),
        FollowUpMessage.objects.create(message_content="Hello", **about),
        FollowUpArchive.objects.create(scheduled_for=NOON, display_text="Hello", **about),
        Provider.objects.create(user_id="default_provider"),
        FollowUpAttempt.objects.create(follow_up_id=thread.pk, number=1, channel="FCM", outcome="DOWN"),
    ]
    olga = browse(operator)

    for row in rows:
        assert ada.get(page(type(row), "change", row.pk)).status_code == 404
        assert olga.get(page(type(row), "change", row.pk)).status_code == 200
        assert row.pk not in {one.pk for one in ada.get(page(type(row), "changelist")).context["cl"].result_list}
        assert row.pk in {one.pk for one in olga.get(page(type(row), "changelist")).context["cl"].result_list}
    press(olga, FollowUpRequest, "cancel", rows[0])
    assert FollowUpRequest.objects.get().status == "cancelled"


def test_every_word_from_outside_is_escaped(ada: Client, make: Make, thread: Conversation) -> None:
    about = {"tenant": make.clinic, "conversation_id": thread.pk, "user_id": EVIL}
    said = {"display_text": EVIL, "child_name": EVIL, "status": EVIL, "urgency": EVIL, "last_error": EVIL}
    rows = [
        promised(make, thread, **said, user_id=EVIL),
        FollowUpArchive.objects.create(scheduled_for=NOON, **said, **about),
        FollowUpMessage.objects.create(message_content=EVIL, **about),
        ProviderReviewRequest.objects.create(
            provider_name=EVIL, conversation_title=EVIL, child_name=EVIL, status=EVIL, **about
        ),
        Provider.objects.create(tenant=make.clinic, user_id=EVIL, device_type=EVIL, device_token=EVIL),
    ]
    attempt = {"number": 1, "channel": "FCM", "outcome": "DOWN", "reason": EVIL, "token": EVIL}
    rows.append(FollowUpAttempt.objects.create(tenant=make.clinic, follow_up_id=rows[0].pk, **attempt))

    for row in rows:
        for address in (page(type(row), "changelist"), page(type(row), "change", row.pk)):
            html = ada.get(address).content.decode()
            assert EVIL not in html
            assert ESCAPED in html


def test_an_attempt_leads_to_its_follow_up_wherever_it_is_kept(ada: Client, ours: Rows, make: Make) -> None:
    archived = ours[FollowUpArchive]
    FollowUpAttempt.objects.create(
        tenant=make.clinic, follow_up_id=archived.pk, number=1, channel="FCM", outcome="ACCEPTED"
    )

    html = ada.get(page(FollowUpAttempt, "changelist")).content.decode()

    assert page(FollowUpArchive, "change", archived.pk) in html
    assert page(FollowUpRequest, "change", ours[FollowUpRequest].pk) in html
    assert [row.channel for row in _attempts(ada, "?outcome__exact=ACCEPTED")] == ["FCM"]
    assert [row.channel for row in _attempts(ada, "?channel__exact=EXPO")] == ["EXPO"]


def _attempts(client: Client, question: str) -> list[Any]:
    return list(client.get(page(FollowUpAttempt, "changelist") + question).context["cl"].result_list)
