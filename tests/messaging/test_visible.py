"""One rule, asked in two ways: which conversations somebody sees, and whether they see this one."""

from collections.abc import Callable

import pytest

from accounts.models import CareLink, User
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from messaging.queries import conversation_of, visible_conversations
from okta.errors import NotFound
from tests.make import NOON, Make

pytestmark = pytest.mark.django_db


def opens(user: User, conversation: Conversation) -> bool:
    try:
        return conversation_of(user=user, conversation_id=conversation.pk) == conversation
    except NotFound:
        return False


def nothing(_make: Make) -> None:
    pass


def the_link_ends(_make: Make) -> None:
    CareLink.objects.update(ended_at=NOON)


def the_patient_is_archived(make: Make) -> None:
    User.objects.filter(pk=make.pat.pk).update(archived_at=NOON)


def they_move_to_another_clinic(make: Make) -> None:
    Conversation.objects.update(tenant=make.other_clinic)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (nothing, {"dana": 2, "pat": 1, "ada": 2, "omar": 0, "stella": 0}),
        (the_link_ends, {"dana": 1, "pat": 1, "ada": 2, "omar": 0, "stella": 0}),
        (the_patient_is_archived, {"dana": 1, "pat": 1, "ada": 2, "omar": 0, "stella": 0}),
        (they_move_to_another_clinic, {"dana": 0, "pat": 0, "ada": 0, "omar": 0, "stella": 0}),
    ],
)
def test_who_sees_it_in_the_list_opens_it_and_nobody_else(
    make: Make, change: Callable[[Make], None], seen: dict[str, int]
) -> None:
    people = {name: getattr(make, name) for name in seen}
    open_conversation(people=[make.dana, make.pat, make.ada], title="Knee")
    open_conversation(people=[make.dana, make.ada], title="")
    change(make)
    everything = list(Conversation.objects.all())
    assert {name: visible_conversations(user).count() for name, user in people.items()} == seen
    for user in people.values():
        shown = set(visible_conversations(user))
        assert {one for one in everything if opens(user, one)} == shown
