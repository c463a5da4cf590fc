"""Devices, the in-app feed, and the outbox of pushes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.states import NotificationType, Platform, PushStatus


class Device(models.Model):
    """
    A place where a person can be reached; a token has one owner, the last who registered it.

    A retired device (its token was refused for good) is kept for the record and never sent to.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices", verbose_name=_("person"))
    platform = models.CharField(_("service"), max_length=16, choices=Platform)
    token = models.TextField(_("token"))
    keys = models.JSONField(null=True, blank=True, help_text=_("Web Push: the subscription's p256dh and auth."))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered at"), db_default=Now())

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(fields=["token"], name="one_owner_per_token"),
        ]
        indexes = [
            models.Index(fields=["user"], name="device_active", condition=Q(retired_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.pk}"


class Notification(models.Model):
    """One thing one person was told; the in-app feed."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("recipient")
    )
    type = models.CharField(_("type"), max_length=32, choices=NotificationType)
    key = models.CharField(
        _("key"),
        max_length=100,
        help_text=_("What it is about, such as summary:<workout>; the same thing is told to a person once."),
    )
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    data = models.JSONField(_("data"), default=dict)
    created_at = models.DateTimeField(_("at"), db_default=Now())
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="told_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.pk}"


class Push(models.Model):
    """
    One push to one device: the outbox row, written in the transaction of what it tells about.

    Sent at least once; ``collapse_id`` is the same for every repetition, so that a device shows one.
    Lease and next attempt are judged on the database's clock.
    """

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="pushes", verbose_name=_("notification")
    )
    device = models.ForeignKey(Device, models.CASCADE, related_name="pushes", verbose_name=_("device"))
    platform = models.CharField(_("service"), max_length=16, choices=Platform)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    data = models.JSONField(_("data"), default=dict)
    collapse_id = models.CharField(max_length=64)
    urgent = models.BooleanField(_("urgent"), default=False, help_text=_("Wakes a sleeping phone."))
    status = models.CharField(_("status"), max_length=16, choices=PushStatus, default=PushStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    ticket = models.CharField(
        _("ticket"), max_length=200, blank=True, default="", help_text=_("The provider's id for it.")
    )
    receipt_due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    last_error = models.CharField(_("reason"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("push")
        verbose_name_plural = _("pushes")
        indexes = [
            # For notifications.sweep: what is owed, without reading history.
            models.Index(fields=["next_attempt_at"], name="push_owed", condition=Q(status=PushStatus.PENDING)),
            # For notifications.receipts: accepted, and not yet asked about.
            models.Index(
                fields=["receipt_due_at"], name="push_receipt_owed", condition=Q(receipt_due_at__isnull=False)
            ),
            # For the success rate of the last day, and for the last that were given up.
            models.Index(fields=["settled_at"], name="push_settled", condition=Q(settled_at__isnull=False)),
            models.Index(fields=["settled_at"], name="push_given_up", condition=Q(status=PushStatus.FAILED)),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.pk}"


class RetiredToken(models.Model):
    """
    A token its service does not know any more, whoever brings it.

    Devices have their own record of this; a token may also come with a follow-up and belong to no
    device. Registering it as a device brings it back.
    """

    token = models.TextField(_("token"), primary_key=True)
    retired_at = models.DateTimeField(_("retired at"), db_default=Now())

    class Meta:
        verbose_name = _("retired token")
        verbose_name_plural = _("retired tokens")

    def __str__(self) -> str:
        return str(self.retired_at)


class TransportPause(models.Model):
    """
    A push service that takes nothing from anybody at present: since when, and until when nobody asks it.

    For deliveries that charge nobody for an outage, and so must know how long it has lasted.
    """

    platform = models.CharField(_("service"), max_length=16, choices=Platform, primary_key=True)
    down_since = models.DateTimeField(_("down since"), db_default=Now())
    paused_until = models.DateTimeField(_("paused until"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("paused service")
        verbose_name_plural = _("paused services")

    def __str__(self) -> str:
        return self.get_platform_display()


class SmsOptOut(models.Model):
    """A number whose owner has replied STOP: nothing is sent to it, whoever registers it."""

    number = models.CharField(_("phone number"), max_length=16, unique=True)
    since = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("number opted out")
        verbose_name_plural = _("numbers opted out")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
