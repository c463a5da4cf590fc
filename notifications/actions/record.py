"""Writing into people's feeds what reached them by other ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifications.actions.notify import TITLE_CHARACTERS
from notifications.models import Notification
from notifications.states import NotificationType


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing one person was told."""

    recipient_id: int
    type: NotificationType
    key: str
    title: str
    body: str
    data: Mapping[str, Any]


def record(*, entries: Sequence[Entry]) -> None:
    """Add these to their recipients' feeds, once per recipient and key, and push nothing."""
    Notification.objects.bulk_create(
        [
            Notification(
                recipient_id=entry.recipient_id,
                type=entry.type,
                key=entry.key,
                title=entry.title[:TITLE_CHARACTERS],
                body=entry.body,
                data=dict(entry.data),
            )
            for entry in entries
        ],
        ignore_conflicts=True,
    )
