"""What the contract does not know: the record of attempts, the archive, the keys of the interface."""

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from followups.models.columns import FollowUpColumns
from followups.states import Channel, Outcome


class FollowUpArchive(FollowUpColumns):
    """What was sent or cancelled long ago, column for column."""

    archived_at = models.DateTimeField(_("archived at"), db_default=TransactionNow())

    class Meta:
        db_table = "follow_up_archive"
        verbose_name = _("archived follow-up")
        verbose_name_plural = _("archived follow-ups")
        indexes = [
            models.Index(fields=["tenant", "-created_at"], name="archive_newest"),
            # For the end of the retention, where one is set.
            models.Index(fields=["archived_at"], name="archive_oldest"),
        ]


class FollowUpAttempt(models.Model):
    """
    One try to deliver one follow-up on one channel: when, to where, and what came of it.

    Kept apart from the follow-up, which may be archived meanwhile. A try that went to several
    devices is several rows of the same ``number``.
    """

    follow_up_id = models.UUIDField(_("follow-up"))
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))
    number = models.PositiveSmallIntegerField(_("attempt"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.CharField(_("what the service said"), max_length=200, blank=True, db_default="")
    token = models.TextField(_("token"), blank=True, db_default="")
    ticket = models.CharField(_("ticket"), max_length=200, blank=True, db_default="")
    receipt_due_at = models.DateTimeField(null=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["follow_up_id"], name="attempt_of_follow_up"),
            # For the success rate of the last hour and day.
            models.Index(fields=["at"], name="attempt_newest"),
            # For followups.receipts: accepted, and not yet asked about.
            models.Index(
                fields=["receipt_due_at"], name="attempt_receipt_owed", condition=Q(receipt_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.number}"


class ApiKey(models.Model):
    """
    A key to the contract's tables of one clinic; only its digest is kept.

    ``prefix`` is the beginning of the key, to recognise it by.
    """

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    name = models.CharField(_("name"), max_length=100, help_text=_("Who uses it, such as the provider app."))
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=128, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
