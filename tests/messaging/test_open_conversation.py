"""The same people asked for twice are the same conversation."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation, Participant
from messaging.states import ConversationType
from tests.make import Make
from tests.together import together


def test_two_people_without_a_title_talk_one_on_one(make: Make) -> None:
    conversation, created = open_conversation(people=[make.pat, make.dana])

    assert created
    assert conversation.type == ConversationType.ONE_ON_ONE
    assert conversation.title == ""
    assert conversation.patient == make.pat
    assert conversation.tenant == make.clinic
    assert set(conversation.participants.values_list("user", "last_read_seq")) == {
        (make.pat.pk, 0),
        (make.dana.pk, 0),
    }


@pytest.mark.parametrize("title", ["", "Pat's Doctors"])
def test_three_people_are_a_group(make: Make, title: str) -> None:
    conversation, _ = open_conversation(people=[make.pat, make.dana, make.omar], title=title)

    assert (conversation.type, conversation.title) == (ConversationType.GROUP, title)


def test_a_title_makes_a_group_of_two(make: Make) -> None:
    conversation, _ = open_conversation(people=[make.dana, make.omar], title="Rota")

    assert conversation.type == ConversationType.GROUP
    assert conversation.patient is None


def test_the_same_people_in_any_order_have_one_conversation(make: Make) -> None:
    first, _ = open_conversation(people=[make.pat, make.dana])

    again, created = open_conversation(people=[make.dana, make.pat, make.dana])

    assert again == first
    assert not created
    assert Participant.objects.count() == 2


def test_other_people_or_another_title_are_another_conversation(make: Make) -> None:
    opened = {
        open_conversation(people=[make.pat, make.dana])[0],
        open_conversation(people=[make.omar, make.dana])[0],
        open_conversation(people=[make.pat, make.dana, make.omar])[0],
        open_conversation(people=[make.pat, make.dana, make.omar], title="Pat's Doctors")[0],
    }

    assert len(opened) == 4


def test_people_of_two_clinics_are_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="one clinic"):
        open_conversation(people=[make.dana, make.stella])

    assert not Conversation.objects.exists()


def test_two_patients_are_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="one patient"):
        open_conversation(people=[make.dana, make.pat, make.patient()])

    assert not Conversation.objects.exists()


def test_nobody_talks_to_themselves(make: Make) -> None:
    with pytest.raises(ValueError, match="2 to 50 people"):
        open_conversation(people=[make.dana, make.dana])


def test_fifty_people_cost_as_many_queries_as_two(make: Make) -> None:
    crowd = [make.dana, *(make.doctor() for _ in range(49))]

    def queries(people: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            open_conversation(people=crowd[:people])
        return len(captured)

    assert queries(2) == queries(50) == 6


@pytest.mark.django_db(transaction=True)
def test_two_first_contacts_at_once_end_with_one_conversation(make: Make) -> None:
    people = [make.pat, make.dana]

    opened = together([lambda: open_conversation(people=people)] * 8)

    assert len({conversation.pk for conversation, _ in opened}) == 1
    assert [created for _, created in opened].count(True) == 1
    assert Conversation.objects.count() == 1
    assert Participant.objects.count() == 2
