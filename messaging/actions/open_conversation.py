"""Opening the conversation of a set of people, or finding the one they have."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from accounts.models import User
from accounts.states import UserType
from messaging.models import Conversation, Participant
from messaging.rules import participants_key, type_of


@transaction.atomic
def open_conversation(*, people: Sequence[User], title: str = "") -> tuple[Conversation, bool]:
    """
    Return the one conversation of exactly these people under ``title``, and whether it is new.

    Two people without a title talk ``ONE_ON_ONE``, everybody else in a ``GROUP``. Whether these
    people may talk to each other is the caller's question. Concurrent callers get the same row: the
    second waits for the first one's transaction.

    :raises ValueError: for fewer than two people, people of several clinics, or several patients.
    """
    known = {person.pk: person for person in people}
    key = participants_key(known)
    kind = type_of(people=len(known), title=title)
    standing = Conversation.objects.filter(participants_key=key, type=kind, title=title)
    found = standing.first()
    if found is not None:
        return found, False
    fresh = Conversation(
        tenant_id=_tenant_id(known.values()),
        patient=_patient(known.values()),
        participants_key=key,
        type=kind,
        title=title,
    )
    # ON CONFLICT DO NOTHING rather than a caught IntegrityError: the caller's transaction lives on.
    Conversation.objects.bulk_create([fresh], ignore_conflicts=True)
    conversation = standing.get()
    created = conversation.pk == fresh.pk
    if created:
        Participant.objects.bulk_create(Participant(conversation=conversation, user=user) for user in known.values())
    return conversation, created


def _tenant_id(people: Iterable[User]) -> int:
    tenants = {person.tenant_id for person in people}
    tenant_id = tenants.pop()
    if tenants or tenant_id is None:
        raise ValueError("A conversation is held within one clinic.")
    return tenant_id


def _patient(people: Iterable[User]) -> User | None:
    patients = [person for person in people if person.user_type == UserType.PATIENT]
    if len(patients) > 1:
        raise ValueError("At most one patient takes part in a conversation.")
    return patients[0] if patients else None
