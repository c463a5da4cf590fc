"""Telling people something: the in-app row and the pushes, in the story's own transaction."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import Device, Notification, Push
from notifications.queries import discreet_clinics
from notifications.rules import BODY_BYTES, TITLE_BYTES, discreet_data, shorten
from notifications.states import NotificationType, Platform
from okta import wakeups

# What was told before is left alone and not returned; everybody else is told.
INSERT = """
    INSERT INTO notifications_notification (recipient_id, type, key, title, body, data)
    SELECT told.recipient_id, %(type)s, %(key)s, told.title, told.body, %(data)s::jsonb
    FROM unnest(%(recipients)s::bigint[], %(titles)s::text[], %(bodies)s::text[]) AS told (recipient_id, title, body)
    ORDER BY told.recipient_id
    ON CONFLICT (recipient_id, key) DO NOTHING
    RETURNING id, recipient_id
"""
TITLE_CHARACTERS = Notification._meta.get_field("title").max_length


@dataclass(frozen=True, slots=True)
class Text:
    """What a person reads."""

    title: str
    body: str


@transaction.atomic
def notify(
    *,
    recipients: Sequence[User],
    type: NotificationType,  # noqa: A002  the wire's own word
    key: str,
    compose: Callable[[User], Text],
    data: Mapping[str, Any],
    collapse_id: str,
    urgent: bool = False,
) -> int:
    """
    Tell each recipient, in their language and once per ``key``; return how many had not been told.

    Call it inside the transaction of what it tells about: the rows commit or vanish with it, and a
    worker sends the pushes afterwards. ``compose`` runs under the recipient's language. ``data`` is
    what the app gets with the push; ``collapse_id`` (at most 64 bytes) is what a device recognises a
    repetition by; an ``urgent`` push wakes a sleeping phone. Where the clinic wants discretion, the
    push says only that there is something, and carries only ids; the in-app row keeps the full text.
    Nobody is told by text message.
    """
    people = {person.pk: person for person in recipients}
    texts = {pk: _in_language(person, compose) for pk, person in people.items()}
    told = _insert(type, key, texts, data)
    discreet = discreet_clinics({person.tenant_id for person in recipients if person.tenant_id is not None})
    pushes = []
    for device in _devices(told):
        text, extra = texts[device.user_id], dict(data)
        if people[device.user_id].tenant_id in discreet:
            text, extra = discreetly(people[device.user_id], data)
        pushes.append(_push(told[device.user_id], device, text, extra))
    for push in pushes:
        push.collapse_id, push.urgent = collapse_id, urgent
    if pushes:
        Push.objects.bulk_create(pushes)
        wakeups.wake("notifications.deliver", key="notifications.deliver")
    return len(told)


def _insert(kind: NotificationType, key: str, texts: Mapping[int, Text], data: Mapping[str, Any]) -> dict[int, int]:
    """Insert what was not told yet; return the new rows' ids by recipient."""
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "type": kind,
                "key": key,
                "data": json.dumps(data),
                "recipients": list(texts),
                "titles": [text.title[:TITLE_CHARACTERS] for text in texts.values()],
                "bodies": [text.body for text in texts.values()],
            },
        )
        return {recipient_id: pk for pk, recipient_id in cursor.fetchall()}


def _devices(people: Collection[int]) -> QuerySet[Device]:
    """What these people are told on: text messages cost money and are kept for follow-ups, which ask for them."""
    in_use = Device.objects.filter(user__in=people, user__is_active=True, retired_at=None)
    return in_use.exclude(platform=Platform.SMS).order_by("pk")


def _in_language(person: User, compose: Callable[[User], Text]) -> Text:
    with translation.override(person.language):
        text = compose(person)
        # A lazy sentence would otherwise be spoken later, in somebody else's language.
        return Text(str(text.title), str(text.body))


def discreetly(person: User, data: Mapping[str, Any]) -> tuple[Text, dict[str, Any]]:
    """What a discreet push says to ``person`` and carries of ``data``."""
    return _in_language(person, lambda _person: nothing_said()), discreet_data(data)


def nothing_said() -> Text:
    """What a discreet push says, in the language in force."""
    return Text("Okta", _("There is something new for you in the app."))


def _push(notification_id: int, device: Device, text: Text, data: dict[str, Any]) -> Push:
    return Push(
        notification_id=notification_id,
        device=device,
        platform=device.platform,
        title=shorten(text.title, max_bytes=TITLE_BYTES),
        body=shorten(text.body, max_bytes=BODY_BYTES),
        data=data,
    )
