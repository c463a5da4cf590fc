"""What is due, how late it is, and guarded doors to a person's devices and notifications."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import ExpressionWrapper, F, Max, Q, QuerySet, fields
from django.db.models.functions import Now

from accounts.flags import DISCREET_PUSH
from accounts.models import TenantSettings, User
from notifications.models import Device, Notification, Push, SmsOptOut
from notifications.states import PushStatus
from okta.errors import NotFound

LEASE_FREE = Q(leased_until__isnull=True) | Q(leased_until__lte=Now())


def pushes_owed() -> QuerySet[Push]:
    """Pushes whose next attempt has come, on the database's clock, in somebody's hands or not."""
    return Push.objects.filter(status=PushStatus.PENDING, next_attempt_at__lte=Now())


def pushes_due() -> QuerySet[Push]:
    """Pushes whose next attempt has come, and that nobody is sending."""
    return pushes_owed().filter(LEASE_FREE)


def pushes_given_up() -> QuerySet[Push]:
    """
    Pushes that were given up in the last day, because no service took them for ``PUSH_GIVE_UP_AFTER``.

    What a service refused at once is none of them: somebody has taken the app off their phone, and that is that.
    """
    too_old = F("created_at") + settings.PUSH_GIVE_UP_AFTER
    lately = Now() - timedelta(days=1)
    return Push.objects.filter(status=PushStatus.FAILED, settled_at__gt=lately, settled_at__gte=too_old)


def receipts_due() -> QuerySet[Push]:
    """Accepted pushes whose receipt should be there by now, and that nobody is asking about."""
    return Push.objects.filter(LEASE_FREE, receipt_due_at__lte=Now())


def longest_overdue(due: QuerySet[Push], since: str) -> timedelta | None:
    """How long the oldest of ``due`` has been due, or None when nothing is."""
    late = ExpressionWrapper(Now() - F(since), output_field=fields.DurationField())
    longest: timedelta | None = due.aggregate(late=Max(late))["late"]
    return longest


def discreet_clinics(tenant_ids: Collection[int]) -> set[int]:
    """Which of these clinics want their pushes to say nothing, in one query."""
    chosen = dict(TenantSettings.objects.filter(tenant__in=tenant_ids).values_list("tenant", "features"))
    return {pk for pk in tenant_ids if chosen.get(pk, {}).get(DISCREET_PUSH.key, DISCREET_PUSH.default)}


def opted_out(numbers: Collection[str]) -> set[str]:
    """Which of these phone numbers have replied STOP; no query for none."""
    return set(SmsOptOut.objects.filter(number__in=numbers).values_list("number", flat=True))


def registered_since(tokens: Mapping[str, datetime]) -> set[str]:
    """Which of these tokens were registered, perhaps again, after the instant given with each."""
    devices = Device.objects.filter(token__in=tokens).values_list("token", "registered_at")
    return {token for token, registered_at in devices if registered_at > tokens[token]}


def device_of(*, user: User, device_id: int) -> Device:
    """
    A device of this person, retired or not.

    :raises NotFound: for anybody else's.
    """
    device = Device.objects.filter(user=user, pk=device_id).first()
    if device is None:
        raise NotFound
    return device


def notification_of(*, user: User, notification_id: int) -> Notification:
    """
    A notification this person was sent.

    :raises NotFound: for anybody else's.
    """
    notification = Notification.objects.filter(recipient=user, pk=notification_id).first()
    if notification is None:
        raise NotFound
    return notification
