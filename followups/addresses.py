"""Whom a follow-up reaches, and where: read for a whole batch at once."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from followups.parcels import Parcel, Target
from followups.states import Channel
from notifications.models import Device, RetiredToken
from notifications.rules import platform_of
from notifications.transports import transport_for

# A parent is known when they take part in this conversation of the clinic, or a review request of the
# clinic (or of nobody) names the two together. Text from outside is compared, never trusted as a key.
ADDRESS = """
    SELECT r.id, r.conversation_id, r.user_id, left(r.display_text, %(longest)s), r.urgency, r.tenant_id, r.attempts,
        r.in_app_only, r.device_token, review.device_token,
        participant.id IS NOT NULL OR review.id IS NOT NULL,
        person.id, coalesce(person.language, clinic.language, 'en'),
        CASE WHEN participant.id IS NOT NULL OR review.id IS NOT NULL
            THEN CASE WHEN conversation.id IS NOT NULL THEN coalesce(author.id, doctor.id) END
        END,
        coalesce(trim(author.first_name || ' ' || author.last_name), review.provider_name)
    FROM follow_up_requests AS r
    LEFT JOIN accounts_tenant AS clinic ON clinic.id = r.tenant_id
    LEFT JOIN accounts_user AS author
        ON author.id = r.scheduled_by_id AND author.user_type = 'DOCTOR' AND author.tenant_id = r.tenant_id
    LEFT JOIN messaging_conversation AS conversation
        ON conversation.id = r.conversation_id AND conversation.tenant_id = r.tenant_id
    LEFT JOIN accounts_user AS person
        ON person.id = CASE WHEN r.user_id ~ '^[0-9]{1,18}$' THEN r.user_id::bigint END
        AND person.tenant_id = r.tenant_id AND person.is_active
    LEFT JOIN messaging_participant AS participant
        ON participant.conversation_id = conversation.id AND participant.user_id = person.id
    LEFT JOIN LATERAL (
        SELECT review.id, review.device_token, review.provider_name
        FROM provider_review_requests AS review
        WHERE review.conversation_id = r.conversation_id AND review.user_id = r.user_id
            AND (review.tenant_id = r.tenant_id OR review.tenant_id IS NULL)
        ORDER BY review.device_token IS NULL, review.created_at DESC
        LIMIT 1
    ) AS review ON true
    LEFT JOIN LATERAL (
        SELECT doctor.id
        FROM messaging_participant AS beside
        JOIN accounts_user AS doctor ON doctor.id = beside.user_id AND doctor.user_type = 'DOCTOR'
        WHERE beside.conversation_id = conversation.id
        ORDER BY beside.id
        LIMIT 1
    ) AS doctor ON true
    WHERE r.id = ANY(%(ids)s)
    ORDER BY r.scheduled_for, r.created_at, r.id
"""

# In characters. Plain SQL may write a text of any size; what goes beyond is said in the client's thread alone.
LONGEST_READ = 20_000


class _Row(NamedTuple):
    """A row of ADDRESS."""

    id: UUID
    conversation_id: UUID
    user_id: str
    text: str
    urgency: str
    tenant_id: int | None
    attempts: int
    in_app_only: bool
    brought_token: str | None
    review_token: str | None
    known: bool
    person_id: int | None
    language: str
    sender_id: int | None
    provider_name: str | None


def address(ids: Sequence[UUID]) -> list[Parcel]:
    """
    Find out for each follow-up whom it is for and where they can be reached, in at most three queries.

    The order of places: the token the row brought, else the parent's registered devices, else the
    token of the review request, else their number where SMS is set up. None left: in the app alone.
    A parent whom nothing connects with the conversation is reached by the token the row brought and
    by nothing else, or, with ``FOLLOWUP_REQUIRE_KNOWN_RECIPIENT``, by no push at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(ADDRESS, {"ids": list(ids), "longest": LONGEST_READ})
        rows = [_Row(*row) for row in cursor.fetchall()]
    book = _AddressBook(rows)
    return [replace(_parcel(row), targets=book.targets(row)) for row in rows]


def _parcel(row: _Row) -> Parcel:
    return Parcel(
        id=row.id,
        conversation_id=row.conversation_id,
        user_id=row.user_id,
        text=row.text,
        urgent=row.urgency == "urgent",
        tenant_id=row.tenant_id,
        number=row.attempts + 1,
        known=row.known,
        person_id=row.person_id if row.known else None,
        language=row.language,
        sender_id=row.sender_id,
        provider_name=row.provider_name,
    )


class _AddressBook:
    """The devices and tokens that the rows of one batch speak of."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        pushed = [row for row in rows if not row.in_app_only]
        people = {row.person_id for row in pushed if row.known and row.person_id is not None}
        tokens = {token for row in pushed for token in (row.brought_token, row.review_token) if token}
        self._owners: dict[str, int] = {}
        self._registered: dict[str, Target] = {}
        self._devices: dict[int, list[Target]] = {}
        self._retired = _retired(tokens)
        self._read_devices(people, tokens)

    def _read_devices(self, people: Collection[int], tokens: Collection[str]) -> None:
        if not people and not tokens:
            return
        named = Device.objects.filter(Q(user__in=people, retired_at=None) | Q(token__in=tokens)).order_by("pk")
        for owner, platform, token, keys, retired_at in named.values_list(
            "user", "platform", "token", "keys", "retired_at"
        ):
            target = Target(platform, token, keys)
            self._owners[token] = owner
            self._registered[token] = target
            if retired_at is None:
                self._devices.setdefault(owner, []).append(target)
            else:
                self._retired.add(token)

    def targets(self, row: _Row) -> tuple[Target, ...]:
        if row.in_app_only or (not row.known and settings.FOLLOWUP_REQUIRE_KNOWN_RECIPIENT):
            return ()
        brought = self._token(row, row.brought_token)
        if brought or not row.known:
            return brought
        devices = self._devices.get(row.person_id, []) if row.person_id is not None else []
        pushed = tuple(target for target in devices if target.platform != Channel.SMS)
        return pushed or self._token(row, row.review_token) or self._numbers(devices)

    def _token(self, row: _Row, token: str | None) -> tuple[Target, ...]:
        """The token as a place to push to, unless it is retired or registered to somebody else."""
        if not token or not token.strip() or token in self._retired:
            return ()
        if token in self._owners and (not row.known or self._owners[token] != row.person_id):
            return ()
        return (self._registered.get(token) or Target(platform_of(token), token),)

    @staticmethod
    def _numbers(devices: Sequence[Target]) -> tuple[Target, ...]:
        numbers = [target for target in devices if target.platform == Channel.SMS]
        return tuple(numbers[:1]) if numbers and transport_for(Channel.SMS) is not None else ()


def _retired(tokens: Collection[str]) -> set[Any]:
    if not tokens:
        return set()
    return set(RetiredToken.objects.filter(token__in=tokens).values_list("token", flat=True))
