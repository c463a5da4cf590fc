"""The providers' doors: promise, list, change, cancel, try again."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from followups.models import FollowUpRequest, ProviderReviewRequest
from okta import wakeups
from tests.followups.steps import deliver, for_pat, messages, review, status_of, thread
from tests.make import Make

pytestmark = pytest.mark.django_db

FAMILY = "👨‍👩‍👧‍👦"
NINE = "2026-04-09T09:00:00Z"


def body(make: Make, **changes: Any) -> dict[str, Any]:
    given = {"conversationId": str(thread(make).pk), "displayText": "How is Sam?", "scheduledFor": NINE}
    return {**given, **changes}


def test_a_provider_promises_a_message(make: Make) -> None:
    answer = make.api(make.dana).post(
        "/v2/follow-ups", body(make, urgency="urgent", childName="Sam", childAge="2 years")
    )
    row = FollowUpRequest.objects.get()
    assert answer.status_code == 201
    assert answer.json() | {"createdAt": ""} == {
        "id": str(row.pk),
        "conversationId": str(thread(make).pk),
        "displayText": "How is Sam?",
        "scheduledFor": NINE,
        "urgency": "urgent",
        "status": "scheduled",
        "childName": "Sam",
        "childAge": "2 years",
        "scheduledById": make.dana.pk,
        "scheduledByName": "Dana Reed",
        "attempts": 0,
        "nextAttemptAt": None,
        "lastError": "",
        "createdAt": "",
        "sentAt": None,
        "failedAt": None,
    }
    assert (row.tenant, row.user_id, row.original_message) == (make.clinic, str(make.pat.pk), "How is Sam?")


def test_the_same_promise_is_one_follow_up(make: Make) -> None:
    api = make.api(make.dana)
    first, second = api.post("/v2/follow-ups", body(make)), api.post("/v2/follow-ups", body(make))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert FollowUpRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("columns", "same"),
    [
        ({"created_at": Now() - timedelta(minutes=9)}, True),
        ({"created_at": Now() - timedelta(minutes=11)}, False),
        ({"status": "sent"}, True),
        ({"status": "cancelled"}, False),
        ({"status": "failed"}, False),
    ],
)
def test_it_is_the_same_for_ten_minutes_and_while_it_stands(make: Make, columns: dict[str, Any], same: bool) -> None:
    api = make.api(make.dana)
    api.post("/v2/follow-ups", body(make))
    FollowUpRequest.objects.update(**columns)
    assert api.post("/v2/follow-ups", body(make)).status_code == (200 if same else 201)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"displayText": " \n "}, "displayText", "Write what to say."),
        ({"displayText": ""}, "displayText", "Write what to say."),
        ({"displayText": FAMILY * 501}, "displayText", "Write at most 500 characters."),
        ({"displayText": "a\0b"}, "displayText", "Null characters are not allowed."),
        ({"displayText": None}, "displayText", "This field may not be null."),
        ({"scheduledFor": "tomorrow"}, "scheduledFor", "Datetime has wrong format."),
        ({"scheduledFor": "2026-04-09T09:00:00"}, "scheduledFor", "Give the time with its zone, such as 2025-11-09T"),
        (
            {"scheduledFor": "9999-12-31T23:59:59-14:00"},
            "scheduledFor",
            "Choose a time between the years 1900 and 9000.",
        ),
        ({"urgency": "soon"}, "urgency", '"soon" is not a valid choice.'),
        ({"childName": "x" * 201}, "childName", "Ensure this field has no more than 200 characters."),
        ({"conversationId": "7"}, "conversationId", "Must be a valid UUID."),
    ],
)
def test_what_cannot_be_promised_is_named(make: Make, changes: dict[str, Any], field: str, sentence: str) -> None:
    answer = make.api(make.dana).post("/v2/follow-ups", body(make, **changes))
    assert answer.status_code == 400
    assert answer.json()["fields"][field][0].startswith(sentence)
    assert not FollowUpRequest.objects.exists()


def test_five_hundred_families_are_five_hundred_characters(make: Make) -> None:
    answer = make.api(make.dana).post("/v2/follow-ups", body(make, displayText=f" {FAMILY * 498} "))
    assert answer.status_code == 201
    assert FollowUpRequest.objects.get().display_text == f" {FAMILY * 498} "


def test_a_conversation_without_a_patient_is_no_place_for_one(make: Make) -> None:
    api = make.api(make.dana)
    colleagues = api.post("/v2/conversations", {"participantIds": [make.omar.pk]}).json()["id"]
    answer = api.post("/v2/follow-ups", body(make, conversationId=colleagues))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["conversationId"])


def test_a_time_that_has_passed_is_sent_at_once(make: Make) -> None:
    make.api(make.dana).post("/v2/follow-ups", body(make, scheduledFor="2020-01-01T00:00:00+02:00"))
    deliver()
    assert [text for _, text in messages()] == ["How is Sam?"]


def test_the_badge_follows_what_is_scheduled(make: Make) -> None:
    badge = review(for_pat(make, status="sent"))
    foreign = review(for_pat(make, status="sent"), tenant_id=make.other_clinic.pk)
    api = make.api(make.dana)

    def shown() -> list[bool]:
        rows = ProviderReviewRequest.objects.filter(pk__in=[badge.pk, foreign.pk]).order_by("pk")
        return [row.schedule_followup for row in sorted(rows, key=lambda row: row.pk == foreign.pk)]

    first = api.post("/v2/follow-ups", body(make)).json()["id"]
    second = api.post("/v2/follow-ups", body(make, displayText="And the fever?")).json()["id"]
    assert shown() == [True, False]
    api.post(f"/v2/follow-ups/{first}/cancel")
    assert shown() == [True, False]
    api.post(f"/v2/follow-ups/{second}/cancel")
    assert shown() == [False, False]


class TestList:
    # Rows of one transaction have one created_at.
    @pytest.mark.django_db(transaction=True)
    def test_the_last_made_come_first(self, make: Make) -> None:
        made = [str(for_pat(make, display_text=f"{n}").pk) for n in range(3)]
        listed = make.api(make.dana).get("/v2/follow-ups").json()
        assert [row["id"] for row in listed["results"]] == made[::-1]
        assert listed["next"] is None

    def test_it_can_be_narrowed(self, make: Make) -> None:
        sent, _other = for_pat(make, status="sent"), for_pat(make)
        api = make.api(make.dana)
        for query in ("status=sent", f"status=sent&conversationId={thread(make).pk}"):
            assert [row["id"] for row in api.get(f"/v2/follow-ups?{query}").json()["results"]] == [str(sent.pk)]

    @pytest.mark.parametrize("query", ["status=gone", "conversationId=7", "cursor=x"])
    def test_what_it_cannot_be_narrowed_by_is_named(self, make: Make, query: str) -> None:
        answer = make.api(make.dana).get(f"/v2/follow-ups?{query}")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [query.partition("=")[0]])

    def test_it_takes_the_same_queries_for_one_and_for_many(self, make: Make, django_assert_num_queries: Any) -> None:
        api = make.api(make.dana)
        for number in (1, 30):
            for _ in range(number):
                for_pat(make)
            with django_assert_num_queries(2):
                api.get("/v2/follow-ups")


class TestChange:
    def test_it_is_said_as_changed(self, make: Make) -> None:
        row = for_pat(make, scheduled_for=Now() + timedelta(hours=1), attempts=2, next_attempt_at=Now())
        answer = make.api(make.dana).patch(
            f"/v2/follow-ups/{row.pk}", {"displayText": "Better words", "scheduledFor": "2020-01-01T00:00:00Z"}
        )
        assert (answer.status_code, answer.json()["displayText"], answer.json()["attempts"]) == (200, "Better words", 0)
        deliver()
        assert [text for _, text in messages()] == ["Better words"]

    @pytest.mark.parametrize("status", ["sent", "failed", "cancelled"])
    def test_too_late_is_said(self, make: Make, status: str) -> None:
        row = for_pat(make, status=status)
        answer = make.api(make.dana).patch(f"/v2/follow-ups/{row.pk}", {"displayText": "Better words"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_scheduled")
        row.refresh_from_db()
        assert row.display_text == "How is Sam?"

    def test_nobody_puts_words_into_a_colleagues_mouth(self, make: Make) -> None:
        row = for_pat(make)
        grace = make.doctor("Grace", patients=[make.pat])
        group = make.api(grace).post("/v2/conversations", {"participantIds": [make.pat.pk, make.dana.pk]}).json()["id"]
        FollowUpRequest.objects.filter(pk=row.pk).update(conversation_id=group)
        assert make.api(grace).patch(f"/v2/follow-ups/{row.pk}", {"displayText": "Mine"}).status_code == 403
        assert make.api(grace).post(f"/v2/follow-ups/{row.pk}/cancel").status_code == 200

    def test_an_unknown_one_is_not_found(self, make: Make) -> None:
        assert make.api(make.dana).patch(f"/v2/follow-ups/{uuid4()}", {}).status_code == 404


class TestCancelAndRetry:
    def test_cancelling_twice_is_cancelling_once(self, make: Make) -> None:
        row = for_pat(make)
        answers = [make.api(make.dana).post(f"/v2/follow-ups/{row.pk}/cancel") for _ in range(2)]
        assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 2

    @pytest.mark.parametrize("status", ["sent", "failed"])
    def test_what_is_over_cannot_be_cancelled(self, make: Make, status: str) -> None:
        row = for_pat(make, status=status)
        answer = make.api(make.dana).post(f"/v2/follow-ups/{row.pk}/cancel")
        assert (answer.status_code, answer.json()["code"], status_of(row)) == (409, "not_scheduled", status)

    @pytest.mark.parametrize(("body", "in_app"), [({}, False), ({"channel": "in_app"}, True)])
    def test_a_failed_one_is_scheduled_again(self, make: Make, body: dict[str, str], in_app: bool) -> None:
        row = for_pat(make, status="failed", attempts=3, failed_at=Now())
        answer = make.api(make.dana).post(f"/v2/follow-ups/{row.pk}/retry", body)
        assert (answer.status_code, answer.json()["status"], answer.json()["attempts"]) == (200, "scheduled", 0)
        row.refresh_from_db()
        assert row.in_app_only is in_app

    @pytest.mark.parametrize("status", ["sent", "scheduled", "cancelled"])
    def test_nothing_else_is_tried_again(self, make: Make, status: str) -> None:
        row = for_pat(make, status=status)
        answer = make.api(make.dana).post(f"/v2/follow-ups/{row.pk}/retry")
        assert (answer.status_code, answer.json()["code"], status_of(row)) == (409, "not_failed", status)


@pytest.mark.django_db(transaction=True)
class TestWaking:
    """A worker is woken for the second in which something comes due, if that is soon."""

    @pytest.fixture
    def woken(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
        asked: list[tuple[str, float]] = []

        def note(task: str, key: str, after: timedelta, replace: bool, ids: dict[str, Any]) -> None:
            assert task == "followups.deliver"
            asked.append((key, after.total_seconds()))

        monkeypatch.setattr(wakeups, "_publish", note)
        return asked

    def test_what_is_due_is_looked_at_at_once(self, make: Make, woken: list[tuple[str, float]]) -> None:
        make.api(make.dana).post("/v2/follow-ups", body(make, scheduledFor="2020-01-01T00:00:00Z"))
        assert woken == [("followups.deliver", 0)]

    def test_what_comes_due_soon_at_its_second(self, make: Make, woken: list[tuple[str, float]]) -> None:
        for_pat(make, scheduled_for=Now() + timedelta(seconds=30))
        promised = for_pat(make, scheduled_for=Now() + timedelta(seconds=90))
        deliver()
        assert len(woken) == 2
        (first, wait), (second, longer) = woken
        assert (29 < wait < 31.1, 89 < longer < 91.1, first < second) == (True, True, True)
        assert second == f"followups.deliver:{-int(-promised.scheduled_for.timestamp() // 1)}"

    def test_all_of_one_second_share_one(self, make: Make, woken: list[tuple[str, float]]) -> None:
        first = for_pat(make, scheduled_for=Now() + timedelta(seconds=30))
        second = first.scheduled_for.replace(microsecond=0)
        FollowUpRequest.objects.update(scheduled_for=second)
        for _ in range(20):
            for_pat(make, scheduled_for=second)
        deliver()
        assert len(woken) == 1

    def test_what_is_far_away_is_left_to_the_sweeps(self, make: Make, woken: list[tuple[str, float]]) -> None:
        make.api(make.dana).post("/v2/follow-ups", body(make, scheduledFor="2099-01-01T00:00:00Z"))
        deliver()
        assert woken == []

    def test_a_wait_for_the_next_attempt_is_ended_by_one(self, make: Make, woken: list[tuple[str, float]]) -> None:
        for_pat(make, scheduled_for=Now() - timedelta(hours=1), next_attempt_at=Now() + timedelta(seconds=60))
        deliver()
        [(_, wait)] = woken
        assert 59 < wait < 61.1
