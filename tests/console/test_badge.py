"""The blue badge, what tapping it does, and the page that says what became of every follow-up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from followups.models import FollowUpAttempt, FollowUpRequest, ProviderReviewRequest
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.steps import LIST, at, listed, page_of, pick, press
from tests.make import NOON, Make


def badges(html: str) -> list[str]:
    """What the badges of a page say."""
    return [
        part.split("<span>")[1].split("</span>")[0]
        for part in html.split('class="okta-badge okta-blue okta-clock"')[1:]
    ]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([25], ["Follow-up tomorrow 15:00"]),
        ([49, 25, 73], ["Follow-up tomorrow 15:00 +2"]),
        ([-1], ["Follow-up due now"]),
        ([], []),
    ],
)
def test_the_badge_says_in_words_when_the_next_follow_up_is_in_the_readers_zone(
    hours: list[int], said: list[str], thread: Conversation, dana: User, browse: Browse
) -> None:
    for ahead in hours:
        promised(thread, scheduled_for=NOON + timedelta(hours=ahead))
    for status in ("sent", "failed", "cancelled", "odd"):
        promised(thread, status=status)

    assert badges(listed(browse(dana))) == said


def test_the_mobile_clients_own_badge_stands_without_a_time(thread: Conversation, dana: User, browse: Browse) -> None:
    ProviderReviewRequest.objects.create(tenant=thread.tenant, conversation_id=thread.pk, schedule_followup=True)

    assert badges(listed(browse(dana))) == ["Follow-up"]


@pytest.mark.parametrize(("whose", "said"), [("nobody's yet", ["Follow-up tomorrow 15:00"]), ("another clinic's", [])])
def test_a_row_of_no_clinic_counts_and_one_of_another_does_not(
    whose: str, said: list[str], thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    promised(thread, tenant=None if whose == "nobody's yet" else make.other_clinic)
    client = browse(dana)

    assert badges(listed(client)) == said
    assert badges(listed(client, "?tab=follow-ups")) == said


def test_the_tab_shows_only_conversations_with_a_follow_up_ahead(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    other, _ = open_conversation(people=[make.omar, make.dana])
    promised(thread)
    client = browse(dana)

    every, ahead = client.get(LIST), client.get(LIST + "?tab=follow-ups")

    assert {row.conversation.pk for row in every.context["rows"]} == {thread.pk, other.pk}
    assert [row.conversation.pk for row in ahead.context["rows"]] == [thread.pk]
    counted = 'aria-current="page">Follow-ups <span class="okta-count">1</span></a>'
    assert f'<a href="?tab=follow-ups" id="tab-follow-ups" {counted}' in ahead.content.decode()
    assert '<a href="?" id="tab-all" aria-current="page">All</a>' in every.content.decode()


def test_the_list_says_who_and_what_was_said_last_in_short(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    post_message(conversation=thread, sender=make.pat, content="<b>It hurts</b> " + "so much " * 40)

    html = listed(browse(dana))

    assert ">Dana Reed, Pat Lee</a>" in html
    assert "<strong>Pat Lee:</strong> &lt;b&gt;It hurts&lt;/b&gt; so much" in html
    assert html.count("so much") < 20


@pytest.mark.parametrize(("who", "told"), [("ada", False), ("operator", True)])
def test_whoever_picks_a_clinic_is_told_which_it_is(
    who: str, told: bool, thread: Conversation, operator: User, make: Make, browse: Browse
) -> None:
    html = listed(browse(make.ada) if who == "ada" else pick(browse(operator), make.clinic))

    assert ("Northside Physio · <a" in html) == told


@pytest.mark.parametrize(("question", "found"), [("?q=Lee", 1), ("?q=Nobody", 0), ("?q=Lee&tab=follow-ups", 0)])
def test_people_are_searched_by_name_within_the_tab(
    question: str, found: int, thread: Conversation, dana: User, browse: Browse
) -> None:
    html = listed(browse(dana), question)

    assert html.count("<h2>") - html.count("okta-heading") == found
    assert ("There are no such conversations." in html) == (found == 0)
    assert ('<input type="hidden" name="tab" value="follow-ups">' in html) == ("tab" in question)


def test_search_and_tab_survive_a_click_on_a_badge(thread: Conversation, dana: User, browse: Browse) -> None:
    promised(thread)
    client = browse(dana)

    after = press(client, listed(client, "?tab=follow-ups&q=Pat"), at(thread, "cancel"))

    assert after.redirect_chain == [(f"{LIST}?tab=follow-ups&q=Pat", 302)]


def test_one_click_on_the_badge_cancels_all_and_undo_schedules_the_same_again(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    review = ProviderReviewRequest.objects.create(
        tenant=thread.tenant, conversation_id=thread.pk, schedule_followup=True
    )
    promised(thread, scheduled_by=dana, urgency="urgent", child_name="Sam", device_token="abc")
    promised(thread, scheduled_for=NOON + timedelta(days=3), display_text="And now?")
    same = ("scheduled_for", "display_text", "urgency", "child_name", "device_token", "scheduled_by", "user_id")
    before = set(FollowUpRequest.objects.values_list(*same))
    client = browse(dana)
    page = listed(client)

    after = press(client, page, at(thread, "cancel"))

    assert "Cancel 2 follow-ups" in page
    assert set(FollowUpRequest.objects.values_list("status", flat=True)) == {"cancelled"}
    review.refresh_from_db()
    assert not review.schedule_followup
    assert badges(after.content.decode()) == []
    assert "2 follow-ups were cancelled." in after.content.decode()

    again = press(client, after.content.decode(), at(thread, "restore"))

    assert set(FollowUpRequest.objects.filter(status="scheduled").values_list(*same)) == before
    assert FollowUpRequest.objects.filter(status="cancelled").count() == 2
    review.refresh_from_db()
    assert review.schedule_followup
    assert "2 follow-ups are scheduled again." in again.content.decode()
    assert badges(again.content.decode()) == ["Follow-up tomorrow 15:00 +1"]


def test_the_clients_badge_alone_is_taken_away(thread: Conversation, dana: User, browse: Browse) -> None:
    ProviderReviewRequest.objects.create(tenant=thread.tenant, conversation_id=thread.pk, schedule_followup=True)
    client = browse(dana)

    after = press(client, listed(client), at(thread, "cancel")).content.decode()

    assert not ProviderReviewRequest.objects.get().schedule_followup
    assert "the badge was taken away" in after
    assert "okta-undo" not in after


def test_what_has_not_found_its_clinic_yet_is_cancelled_too_and_brought_back(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    promised(thread, tenant=None)
    client = browse(dana)

    after = press(client, listed(client), at(thread, "cancel")).content.decode()

    assert "1 follow-up was cancelled." in after
    assert FollowUpRequest.objects.get().status == "cancelled"
    again = press(client, after, at(thread, "restore")).content.decode()
    assert badges(again) == ["Follow-up tomorrow 15:00"]
    assert FollowUpRequest.objects.get(status="scheduled").tenant == thread.tenant


def test_the_page_says_what_became_of_each_and_what_the_service_said(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    row = promised(thread, status="failed", last_error="gave up", scheduled_by=dana, urgency="urgent")
    FollowUpAttempt.objects.create(
        tenant=thread.tenant, follow_up_id=row.pk, number=1, channel="EXPO", outcome="TRY_AGAIN", reason="too busy"
    )

    html = browse(dana).get(page_of(thread)).content.decode()

    for said in (
        "<h3>tomorrow 9:00 (New York), for you tomorrow 15:00 (Berlin)</h3>",
        '<span class="okta-badge okta-red">Failed</span> <span class="okta-badge okta-orange">Urgent</span>',
        '<p class="okta-said">How is the knee?</p>',
        "Scheduled by Dana Reed.",
        "Reason: the service said: gave up.",
        '<span class="okta-badge okta-orange">Refused for now</span>',
        "The service said: too busy",
    ):
        assert said in html


def test_a_failed_follow_up_stays_in_reach_however_many_came_after_it(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    failed = promised(thread, status="failed")
    for number in range(60):
        promised(thread, status="sent", scheduled_for=NOON + timedelta(days=2, minutes=number))

    html = browse(dana).get(page_of(thread)).content.decode()

    assert html.count('id="follow-up-') == 50
    assert f'id="follow-up-{failed.pk}"' in html
    assert "Try again" in html


@pytest.mark.parametrize(("value", "in_app_only"), [(None, False), ("in_app", True)])
def test_a_failed_follow_up_is_tried_again(
    value: str | None, in_app_only: bool, thread: Conversation, dana: User, browse: Browse
) -> None:
    row = promised(thread, status="failed", attempts=3, last_error="gave up", failed_at=NOON)
    client = browse(dana)

    after = press(client, client.get(page_of(thread)).content.decode(), at(thread, "retry"), value=value or "")

    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error, row.in_app_only) == ("scheduled", 0, "", in_app_only)
    assert "It will be tried again within a minute." in after.content.decode()
    assert after.redirect_chain == [(page_of(thread), 302)]


def test_one_of_several_is_cancelled_on_the_page(thread: Conversation, dana: User, browse: Browse) -> None:
    one, other = promised(thread), promised(thread, scheduled_for=NOON + timedelta(days=3))
    client = browse(dana)

    press(client, client.get(page_of(thread)).content.decode(), at(thread, "cancel"), value=str(one.pk))

    assert dict(FollowUpRequest.objects.values_list("pk", "status")) == {one.pk: "cancelled", other.pk: "scheduled"}


@pytest.mark.parametrize(
    ("verb", "status", "sentence"),
    [
        ("cancel", "sent", "This follow-up is not scheduled any more."),
        ("retry", "sent", "Only a failed follow-up can be tried again."),
    ],
)
def test_too_late_is_said_and_changes_nothing(
    verb: str, status: str, sentence: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    row = promised(thread, status=status)

    after = browse(dana).post(at(thread, verb), {"follow_up": str(row.pk), "back": "page"}, follow=True)

    assert sentence in after.content.decode()
    assert FollowUpRequest.objects.get().status == status


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
def test_the_list_costs_the_same_for_3_and_50_conversations(
    who: str, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse({"dana": dana, "ada": make.ada, "operator": operator}[who]), make.clinic)
    costs = []
    for number in (3, 47):
        for _row in range(number):
            patient = make.patient("Peter", doctors=[dana])
            talk, _ = open_conversation(people=[patient, dana])
            post_message(conversation=talk, sender=patient, content="hi")
            promised(talk)
            ProviderReviewRequest.objects.create(tenant=talk.tenant, conversation_id=talk.pk, schedule_followup=True)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(LIST)
        costs.append(len(queries))

    assert len(shown.context["rows"]) == 50
    assert costs[0] == costs[1] <= 13


def test_a_page_costs_the_same_for_2_and_40_follow_ups(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    costs = []
    for number in (2, 38):
        for _row in range(number):
            row = promised(thread, scheduled_by=dana)
            FollowUpAttempt.objects.create(follow_up_id=row.pk, number=1, channel="EXPO", outcome="DOWN")
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(thread))
        costs.append(len(queries))

    assert costs[0] == costs[1]
