"""Opening conversations over the API: who may talk to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CareLink, User
from messaging.models import Conversation
from tests.make import NOON, Make

UNAVAILABLE = "This person cannot take part in this conversation."
LIST = "/v2/conversations"


def test_a_patient_opens_a_conversation_and_finds_it_again(make: Make) -> None:
    body = {"participantIds": [make.dana.pk]}

    first = make.api(make.pat).post(LIST, body)
    again = make.api(make.dana).post(LIST, {"participantIds": [make.pat.pk, make.dana.pk, make.pat.pk]})

    assert (first.status_code, again.status_code) == (201, 200)
    answer = first.json()
    assert again.json() == answer
    conversation = Conversation.objects.get()
    assert answer == {
        "id": str(conversation.pk),
        "type": "ONE_ON_ONE",
        "title": None,
        "participants": [
            {"id": make.dana.pk, "firstName": "Dana", "lastName": "Reed", "userType": "DOCTOR"},
            {"id": make.pat.pk, "firstName": "Pat", "lastName": "Lee", "userType": "PATIENT"},
        ],
        "lastMessage": None,
        "unreadCount": 0,
        "createdAt": conversation.created_at.isoformat().replace("+00:00", "Z"),
        "hasScheduledFollowUp": False,
        "lastActivityAt": conversation.last_activity_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_group_may_have_a_title(make: Make) -> None:
    body = {"participantIds": [make.dana.pk, make.ada.pk], "title": "  Rota "}

    answer = make.api(make.omar).post(LIST, body)

    assert (answer.status_code, answer.json()["type"], answer.json()["title"]) == (201, "GROUP", "Rota")
    assert {person["id"] for person in answer.json()["participants"]} == {make.omar.pk, make.dana.pk, make.ada.pk}


@pytest.mark.parametrize("caller", ["pat", "dana", "ada"])
def test_people_of_one_care_talk_with_their_patient(make: Make, caller: str) -> None:
    others = {make.pat, make.dana, make.ada} - {getattr(make, caller)}

    answer = make.api(getattr(make, caller)).post(LIST, {"participantIds": [person.pk for person in others]})

    assert answer.status_code == 201


Cast = Callable[[Make], User]
REFUSED: list[tuple[str, Cast, list[Cast | int], dict[str, str]]] = [
    ("nobody has this id", lambda m: m.pat, [lambda m: m.dana, 999_999], {"1": UNAVAILABLE}),
    ("no row can have this id", lambda m: m.pat, [2**63 - 1], {"0": UNAVAILABLE}),
    ("a doctor not connected to the patient asking", lambda m: m.pat, [lambda m: m.omar], {"0": UNAVAILABLE}),
    ("another patient", lambda m: m.pat, [lambda m: m.dana, lambda m: m.patient()], {"1": UNAVAILABLE}),
    ("a patient not connected to the doctor asking", lambda m: m.omar, [lambda m: m.pat], {"0": UNAVAILABLE}),
    ("another clinic", lambda m: m.dana, [lambda m: m.stella], {"0": UNAVAILABLE}),
    ("a colleague not connected", lambda m: m.dana, [lambda m: m.pat, lambda m: m.omar], {"1": UNAVAILABLE}),
    ("an administrator does not connect", lambda m: m.ada, [lambda m: m.omar, lambda m: m.pat], {"0": UNAVAILABLE}),
    (
        "a second patient of one's own",
        lambda m: m.dana,
        [lambda m: m.pat, lambda m: m.patient(doctors=[m.dana])],
        {"1": "Only one patient can take part in a conversation."},
    ),
]


@pytest.mark.parametrize(("caller", "others", "wrong"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_people_who_may_not_talk_are_refused_by_name(
    make: Make, caller: Cast, others: list[Cast | int], wrong: dict[str, str]
) -> None:
    make.pat  # noqa: B018  connected to Dana
    ids = [other if isinstance(other, int) else other(make).pk for other in others]

    answer = make.api(caller(make)).post(LIST, {"participantIds": ids})

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "The request has invalid fields.",
        "code": "invalid",
        "fields": {f"participantIds.{index}": [sentence] for index, sentence in wrong.items()},
    }
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("field", ["ended_at", "is_active"])
def test_a_doctor_who_has_left_is_refused(make: Make, field: str) -> None:
    make.pat  # noqa: B018
    if field == "ended_at":
        CareLink.objects.update(ended_at=NOON)
    else:
        User.objects.filter(pk=make.dana.pk).update(is_active=False)

    answer = make.api(make.pat).post(LIST, {"participantIds": [make.dana.pk]})

    assert answer.json()["fields"] == {"participantIds.0": [UNAVAILABLE]}
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "participantIds"),
        ({"participantIds": []}, "participantIds"),
        ({"participantIds": ["me"]}, "participantIds.0"),
        ({"participantIds": [0]}, "participantIds.0"),
        ({"participantIds": list(range(1000, 1051))}, "participantIds"),
        ({"participantIds": [1], "title": "T" * 201}, "title"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(make: Make, body: dict[str, Any], field: str) -> None:
    answer = make.api(make.dana).post(LIST, body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_nobody_opens_a_conversation_with_themselves_alone(make: Make) -> None:
    answer = make.api(make.dana).post(LIST, {"participantIds": [make.dana.pk]})

    assert answer.json()["fields"] == {"participantIds": ["Name at least one other person."]}
    assert not Conversation.objects.exists()


def test_opening_costs_the_same_for_two_and_fifty_people(make: Make) -> None:
    api = make.api(make.dana)
    crowd = [make.doctor().pk for _ in range(48)]

    def cost(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.post(LIST, {"participantIds": ids}).status_code == 201
        return len(captured)

    assert cost([make.pat.pk]) == cost([make.pat.pk, make.ada.pk]) == cost([*crowd, make.omar.pk]) + 1
