"""Scheduling a follow-up from the row: two clicks, in two languages and two zones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from console.conversations.states import When
from followups.models import FollowUpRequest, ProviderReviewRequest
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.conftest import let_in, promised
from tests.console.steps import Forms, at, listed, page_of, press
from tests.make import Make

FAMILY = "👨‍👩‍👧‍👦"
EVIL = '<img src=x onerror="alert(1)">'


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "instant"),
    [
        (When.IN_1_HOUR, "2026-04-08T13:00"),
        (When.IN_4_HOURS, "2026-04-08T16:00"),
        (When.TOMORROW, "2026-04-09T13:00"),
        (When.IN_2_DAYS, "2026-04-10T12:00"),
    ],
)
def test_one_click_opens_the_form_in_the_row_and_the_second_schedules(
    when: When, instant: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    page = listed(client)

    press(client, page, at(thread, "schedule"), value=when.value)

    row = FollowUpRequest.objects.get()
    assert "Schedule follow-up<span" in page
    assert (row.conversation_id, row.user_id, row.tenant, row.scheduled_by) == (
        thread.pk,
        str(make.pat.pk),
        make.clinic,
        dana,
    )
    assert (row.display_text, row.original_message) == ("How is it going?", "How is it going?")
    assert (row.scheduled_for, row.urgency, row.status) == (utc(instant), "routine", "scheduled")


def test_each_button_says_when_that_is_in_both_zones(thread: Conversation, dana: User, browse: Browse) -> None:
    html = listed(browse(dana))

    for said in (
        "today 9:00 (New York), for you today 15:00 (Berlin)",
        "today 12:00 (New York), for you today 18:00 (Berlin)",
        "tomorrow 9:00 (New York), for you tomorrow 15:00 (Berlin)",
        "Fri 10 April, 8:00 (New York), for you Fri 10 April, 14:00 (Berlin)",
    ):
        assert f"<span>{said}</span>" in html
    assert "Another day and time (New York)" in html


def test_one_zone_is_not_said_twice(thread: Conversation, make: Make, browse: Browse) -> None:
    html = listed(browse(let_in(make.dana)))

    assert "<span>tomorrow 9:00</span>" in html
    assert "for you" not in html


@pytest.mark.parametrize(("language", "words"), [("en", "How is it going?"), ("ru", "Как ваши дела?")])
def test_the_words_proposed_are_in_the_recipients_language(
    language: str, words: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    make.pat.language = language
    make.pat.save(update_fields=["language"])

    [form] = [form for form in Forms(listed(browse(dana))).forms if form["action"] == at(thread, "schedule")]

    assert form["data"]["display_text"] == words


def test_afterwards_the_person_is_told_when_in_both_zones_and_can_undo_it(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    ProviderReviewRequest.objects.create(tenant=thread.tenant, conversation_id=thread.pk)
    client = browse(dana)

    after = press(client, listed(client), at(thread, "schedule"), value="tomorrow").content.decode()

    told = "Follow-up scheduled: tomorrow 9:00 (New York), for you tomorrow 15:00 (Berlin)."
    assert f'role="status" tabindex="-1">{told}</span>' in after
    assert ProviderReviewRequest.objects.get().schedule_followup
    row = FollowUpRequest.objects.get()

    press(client, after, at(thread, "cancel"), value=str(row.pk))

    row.refresh_from_db()
    assert row.status == "cancelled"
    assert not ProviderReviewRequest.objects.get().schedule_followup


def test_two_clicks_on_one_button_are_one_follow_up(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    page = listed(client)

    for _click in range(2):
        press(client, page, at(thread, "schedule"), value="in_1_hour")

    assert FollowUpRequest.objects.count() == 1


def test_whoever_only_looks_on_is_offered_nothing(thread: Conversation, make: Make, browse: Browse) -> None:
    client = browse(make.ada)

    for html in (listed(client), client.get(page_of(thread)).content.decode()):
        assert "Dana Reed, Pat Lee" in html
        assert "Schedule follow-up<span" not in html


@pytest.mark.parametrize(
    ("typed", "instant", "told"),
    [
        (
            "2026-04-10T09:00",
            "2026-04-10T13:00",
            "Fri 10 April, 9:00 (New York), for you Fri 10 April, 15:00 (Berlin).",
        ),
        (
            "2026-11-01T01:30",
            "2026-11-01T05:30",
            "Sun 1 November, 1:30 (New York), for you Sun 1 November, 6:30 (Berlin)."
            " The clocks show this time twice that day; the earlier is meant.",
        ),
    ],
)
def test_another_time_is_by_the_recipients_clock(
    typed: str, instant: str, told: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    client = browse(dana)

    after = press(client, listed(client), at(thread, "schedule"), value="chosen", at=typed)

    assert FollowUpRequest.objects.get().scheduled_for == utc(instant)
    assert f">Follow-up scheduled: {told}</span>" in after.content.decode()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("2027-03-14T02:30", "There is no 2:30 on 14 March in New York: the clocks are put forward."),
        ("2026-04-08T07:59", "This time has passed."),
        ("2126-04-10T09:00", "Choose a time within a year from now."),
        ("", "Choose a day and a time."),
        ("tomorrow", "Choose a day and a time."),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    typed: str, wrong: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    client = browse(dana)
    typing = {"display_text": "How is the knee?", "urgency": "urgent", "at": typed}

    after = press(client, listed(client), at(thread, "schedule"), value="chosen", **typing).content.decode()

    assert wrong in after
    assert f'value="{typed}" aria-invalid="true" aria-describedby="at-error-{thread.pk}" autofocus' in after
    [form] = [form for form in Forms(after).forms if form["action"] == at(thread, "schedule")]
    assert {name: form["data"][name] for name in typing} == typing
    assert not FollowUpRequest.objects.exists()


@pytest.mark.parametrize(
    ("text", "wrong"), [("", "Write what to say."), (" \r\n ", "Write what to say."), ("a" * 501, "at most 500")]
)
def test_a_text_that_cannot_be_said_is_refused(
    text: str, wrong: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    client = browse(dana)

    after = press(client, listed(client), at(thread, "schedule"), value="tomorrow", display_text=text).content.decode()

    assert wrong in after
    assert not FollowUpRequest.objects.exists()


def test_characters_are_counted_as_readers_count_them(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    page = listed(client)

    press(client, page, at(thread, "schedule"), value="tomorrow", display_text=FAMILY * 501)
    press(client, page, at(thread, "schedule"), value="tomorrow", display_text=FAMILY * 498 + "\r\n!")

    assert FollowUpRequest.objects.get().display_text == FAMILY * 498 + "\n!"


def test_a_button_that_is_none_schedules_nothing(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)

    for given in ({"when": "now"}, {}, {"when": "tomorrow", "urgency": "odd"}):
        answer = client.post(at(thread, "schedule"), {"display_text": "Hi", "urgency": "routine", **given})
        assert 'role="alert"' in answer.content.decode()

    assert not FollowUpRequest.objects.exists()


def test_enter_in_the_field_for_a_time_means_that_time(thread: Conversation, dana: User, browse: Browse) -> None:
    buttons = [
        button for form, button in Forms(listed(browse(dana))).buttons if form["action"] == at(thread, "schedule")
    ]

    assert (buttons[0]["value"], buttons[0]["tabindex"]) == ("chosen", "-1")


@pytest.mark.parametrize(("nights", "instants"), [(1, ["2026-04-09T13:00"]), (2, [])])
def test_after_midnight_a_button_means_the_day_it_named(
    nights: int, instants: list[str], thread: Conversation, dana: User, browse: Browse, at_noon_in_english: Any
) -> None:
    page = listed(browse(dana))
    at_noon_in_english.shift(timedelta(hours=20) + timedelta(days=nights - 1))

    answer = press(browse(dana), page, at(thread, "schedule"), value="tomorrow").content.decode()

    assert [row.scheduled_for for row in FollowUpRequest.objects.all()] == [utc(text) for text in instants]
    assert ("This time has passed. Choose a later one." in answer) == (not instants)


@pytest.mark.parametrize("why", ["no patient", "archived", "may not sign in"])
def test_where_nobody_can_be_followed_up_nothing_is_offered(
    why: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    if why == "no patient":
        thread, _ = open_conversation(people=[make.dana, make.omar])
        Conversation.objects.exclude(pk=thread.pk).delete()
    else:
        fields = {"archived_at": thread.created_at} if why == "archived" else {"is_active": False}
        User.objects.filter(pk=make.pat.pk).update(**fields)
    client = browse(dana)

    assert "Schedule follow-up<span" not in listed(client) + client.get(page_of(thread)).content.decode()
    answer = client.post(at(thread, "schedule"), {"display_text": "Hi", "urgency": "routine", "when": "tomorrow"})
    assert answer.status_code == 404
    assert not FollowUpRequest.objects.exists()


def test_every_word_of_a_stranger_is_escaped(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    promised(thread, display_text=EVIL, last_error=EVIL, status=EVIL, urgency=EVIL, scheduled_by=make.omar)
    make.pat.first_name = EVIL
    make.pat.save(update_fields=["first_name"])
    client = browse(dana)

    shown = client.get(page_of(thread)).content.decode()
    told = press(client, listed(client), at(thread, "schedule"), value="chosen", display_text=EVIL).content.decode()

    assert EVIL not in shown + told + listed(client)
    assert shown.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;") >= 5


def test_the_page_is_in_russian_for_who_reads_russian(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    page = listed(client)
    after = press(client, page, at(thread, "schedule"), value="tomorrow").content.decode()

    assert "Запланировать напоминание" in page
    assert "Напоминание запланировано: завтра в 9:00 (New York), у вас завтра в 15:00 (Berlin)." in after
    assert FollowUpRequest.objects.get().display_text == "How is it going?"
