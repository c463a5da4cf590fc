"""Buttons that htmx presses: the list, or what stands around a thread, is put afresh into its place."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from accounts.idle.activity import is_by_itself
from accounts.models import User
from console.conversations.undo import note_of
from followups.models import FollowUpRequest
from messaging.models import Conversation, Participant
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.steps import LIST, Forms, at, listed, page_of
from tests.console.test_badge import badges
from tests.console.test_reply import HTMX
from tests.console.test_thread import EVIL, said
from tests.make import NOON, Make

PROMISE = {"display_text": "How is it?", "urgency": "routine", "when": "tomorrow"}
ROWS = reverse("console:rows")


def pressed(client: Client, thread: Conversation, verb: str, **form: Any) -> str:
    """What htmx is answered when it sends this form."""
    answer = client.post(at(thread, verb), {"back": "list", "query": "", **form}, **HTMX)
    assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    return answer.content.decode()


def told(html: str) -> str:
    """What the person is told, between tags."""
    return re.sub(r"<[^>]+>", "", html.split('id="okta-told"')[1].split(">", 1)[1]).strip()


def forms_in(html: str) -> list[dict[str, Any]]:
    """The forms of what changed; "Undo" belongs to one of the page."""
    return Forms(html.split('<div id="okta-told"')[0]).forms


def in_place(html: str) -> list[str]:
    """The ids of what goes into its place."""
    return [re.search(r'id="([^"]+)"', tag)[1] for tag in re.findall(r"<\w+[^>]*hx-swap-oob[^>]*>", html)]  # type: ignore[index]


def mark_of(html: str) -> str:
    """What the list says about what it shows."""
    [mark] = re.findall(r"""hx-headers='{"Okta-Seen": "(\w+)"}'""", html)
    return str(mark)


def asked(client: Client, mark: str, question: str = "") -> Any:
    return client.get(ROWS + question, HTTP_OKTA_SEEN=mark, **HTMX)


def test_a_badge_is_cancelled_in_the_list_and_brought_back(thread: Conversation, dana: User, browse: Browse) -> None:
    row = promised(thread)
    client = browse(dana)

    html = pressed(client, thread, "cancel")

    assert in_place(html) == ["okta-tabs", "okta-rows", "okta-pages", "okta-told"]
    assert badges(html) == []
    assert told(html).split() == ["1", "follow-up", "was", "cancelled.", "Undo"]
    row.refresh_from_db()
    assert row.status == "cancelled"

    html = pressed(client, thread, "restore", note=note_of([row.pk], conversation_id=thread.pk, user_id=dana.pk))

    assert badges(html) == ["Follow-up tomorrow 15:00"]
    assert told(html).split() == ["1", "follow-up", "is", "scheduled", "again.", "Undo"]
    # What was told here is not told once more on the next page.
    assert "scheduled again" not in listed(client)


def test_scheduling_in_the_list_shows_the_badge_and_an_empty_form(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    html = pressed(browse(dana), thread, "schedule", **PROMISE)

    assert badges(html) == ["Follow-up tomorrow 15:00"]
    assert told(html).startswith("Follow-up scheduled: tomorrow 9:00 (New York)")
    assert 'name="okta-schedule">' in html
    assert "How is it?" not in html


def test_what_is_wrong_with_a_form_is_said_in_its_row(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    html = pressed(browse(dana), thread, "schedule", **PROMISE | {"display_text": EVIL * 20})

    assert in_place(html)[1] == "okta-rows"
    assert f'id="schedule-{thread.pk}" class="okta-schedule" name="okta-schedule" open>' in html
    assert "at most 500" in html
    assert EVIL not in html
    assert told(html) == ""
    assert not FollowUpRequest.objects.exists()


@pytest.mark.parametrize(
    ("query", "shown"),
    [("tab=follow-ups&q=Pat", False), ("q=Pat", True), ("q=Nobody", False), ("tab=unread", False), ("page=2", False)],
)
def test_the_search_the_tab_and_the_page_are_those_of_the_list(
    query: str, shown: bool, thread: Conversation, dana: User, browse: Browse
) -> None:
    promised(thread)

    html = pressed(browse(dana), thread, "cancel", query=query)

    assert (f'id="conversation-{thread.pk}"' in html) == shown
    assert f'hx-get="{ROWS}?{query.replace("&", "&amp;")}"' in html
    assert {form["data"]["query"] for form in forms_in(html)} <= {query}


def test_around_a_thread_the_badge_the_form_and_the_promises_change(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    promised(thread)
    client = browse(dana)

    html = pressed(client, thread, "cancel", back="page")

    assert in_place(html) == ["okta-talk-badge", "okta-promises", "okta-offer", "okta-told"]
    assert badges(html) == []
    assert "Cancelled</span>" in html
    assert {form["data"]["back"] for form in forms_in(html)} == {"page"}
    assert "1 follow-up was cancelled." in told(html)

    html = pressed(client, thread, "schedule", back="page", **PROMISE | {"display_text": ""})

    assert "Write what to say." in html
    assert "open>" in html.split('id="okta-offer"')[1]


def test_a_failed_one_is_tried_again_in_its_place(thread: Conversation, dana: User, browse: Browse) -> None:
    row = promised(thread, status="failed")

    html = pressed(browse(dana), thread, "retry", back="page", follow_up=str(row.pk))

    assert "Scheduled</span>" in html
    assert told(html) == "It will be tried again within a minute."


def test_a_row_is_marked_as_read_in_the_list(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    said(thread, make.pat, "It hurts.")
    client = browse(dana)
    form = next(form for form in Forms(listed(client, "?q=Pat")).forms if form["action"] == at(thread, "read"))

    html = pressed(client, thread, "read", **{key: form["data"][key] for key in ("back", "query", "after")})

    assert "1 unread" not in html
    assert told(html) == "Marked as read."
    assert Participant.objects.get(user=dana).last_read_seq == 1
    assert f'hx-get="{ROWS}?q=Pat"' in html


def test_what_came_after_the_list_was_shown_stays_unread(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "It hurts.")
    client = browse(dana)
    form = next(form for form in Forms(listed(client)).forms if form["action"] == at(thread, "read"))
    said(thread, make.pat, "It hurts more.")

    html = pressed(client, thread, "read", **{key: form["data"][key] for key in ("back", "query", "after")})

    assert "1 unread" in html


def test_a_list_that_would_look_the_same_is_not_sent(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    mark = mark_of(listed(client))

    assert (asked(client, mark).status_code, asked(client, mark).content) == (204, b"")

    said(thread, make.pat, "It hurts.")
    answer = asked(client, mark)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert in_place(html) == ["okta-tabs", "okta-rows", "okta-pages"]
    assert "1 unread" in html
    assert asked(client, mark_of(html)).status_code == 204


def test_whatever_a_row_shows_is_reason_to_send_the_list(
    thread: Conversation, dana: User, make: Make, browse: Browse, at_noon_in_english: Any
) -> None:
    client = browse(dana)
    said(thread, make.pat, "It hurts.")
    marks = [mark_of(listed(client))]

    Participant.objects.filter(user=dana).update(last_read_seq=1)
    marks.append(mark_of(listed(client)))
    promised(thread)
    marks.append(mark_of(listed(client)))
    make.pat.first_name = "Patricia"
    make.pat.save(update_fields=["first_name"])
    marks.append(mark_of(listed(client)))
    at_noon_in_english.move_to(NOON.replace(minute=1))
    marks.append(mark_of(listed(client)))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    marks.append(mark_of(listed(client)))

    assert len(set(marks)) == 6


def test_the_list_asks_by_itself_for_what_it_shows(thread: Conversation, dana: User, browse: Browse) -> None:
    html = listed(browse(dana), "?tab=unread&q=Pat")

    assert f'data-okta-ask="10000" data-okta-lost="okta-lost" hx-get="{ROWS}?tab=unread&amp;q=Pat"' in html
    assert is_by_itself(resolve(ROWS).func)


@pytest.mark.parametrize("address", [LIST, ROWS])
def test_whatever_is_asked_for_is_escaped(address: str, thread: Conversation, dana: User, browse: Browse) -> None:
    html = browse(dana).get(address, {"q": f"'{EVIL}", "tab": f'"{EVIL}', "page": EVIL}).content.decode()

    assert "<img" not in html
    assert "onerror=" not in html.replace("onerror=&quot;", "")


def test_nobody_elses_rows_are_sent(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    make.omar.is_staff = True
    make.omar.save(update_fields=["is_staff"])

    assert str(thread.pk) not in asked(browse(make.omar), "").content.decode()


def test_every_button_leads_somewhere_without_htmx_too(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    promised(thread)
    promised(thread, status="failed")
    said(thread, make.pat, "It hurts.")
    client = browse(dana)

    for html in (listed(client), client.get(page_of(thread)).content.decode()):
        enhanced = re.findall(r'<form[^>]*action="([^"]+)"[^>]*hx-post="([^"]+)"', html)
        assert len(enhanced) >= 3
        assert [action for action, _post in enhanced] == [post for _action, post in enhanced]


def test_the_plain_step_leads_back_to_the_list(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    said(thread, make.pat, "It hurts.")

    answer = browse(dana).post(at(thread, "read"), {"back": "list", "query": "tab=unread"})

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?tab=unread")
