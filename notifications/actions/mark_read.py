"""Marking a notification as read."""

from django.db.models.functions import Now

from notifications.models import Notification


def mark_read(*, notification: Notification) -> None:
    """Note that its recipient has read ``notification``; the first time counts."""
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=Now())
    notification.refresh_from_db(fields=["read_at"])
