"""Writing what people were told: the in-app feed, and the pushes that arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from notifications.models import Device, Notification, Push
from notifications.states import NotificationType, PushStatus

READ_AFTER = timedelta(minutes=25)
RECEIPT_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing one person was told."""

    person: User
    type: NotificationType
    key: str
    body: str
    data: dict[str, Any]
    at: datetime


def tell(told: Sequence[Telling]) -> None:
    """Write notifications that are read, and pushes that were delivered; nothing is sent."""
    notifications = Notification.objects.bulk_create(_notification(telling) for telling in told)
    people = {notification.recipient_id for notification in notifications}
    devices = {device.user_id: device for device in Device.objects.filter(user__in=people)}
    Push.objects.bulk_create(
        _push(notification, devices[notification.recipient_id])
        for notification in notifications
        if notification.recipient_id in devices
    )


def _notification(telling: Telling) -> Notification:
    return Notification(
        recipient=telling.person,
        type=telling.type,
        key=telling.key,
        title=str(telling.person.tenant),
        body=telling.body,
        data=telling.data,
        created_at=telling.at,
        read_at=telling.at + READ_AFTER,
    )


def _push(notification: Notification, device: Device) -> Push:
    return Push(
        notification=notification,
        device=device,
        platform=device.platform,
        title=notification.title,
        body=notification.body,
        data=notification.data,
        collapse_id=notification.key.removeprefix("notes:"),
        status=PushStatus.DELIVERED,
        attempts=1,
        next_attempt_at=notification.created_at,
        ticket=f"demo-{notification.pk}",
        settled_at=notification.created_at + RECEIPT_AFTER,
        created_at=notification.created_at,
    )
