"""
The tables the mobile client writes; their names and columns are the contract.

The client knows none of our code, so every default is the database's. Nullable and defaulted columns
of ours may stand beside the contract's.
"""

from django.contrib.postgres.functions import RandomUUID, TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from followups.models.columns import SCHEDULED, FollowUpColumns, WholeSecond, plausible
from followups.states import Status


class FollowUpRequest(FollowUpColumns):
    """A follow-up: promised, and until archived also what became of it."""

    class Meta:
        db_table = "follow_up_requests"
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [plausible("scheduled_for", "created_at", "sent_at", table="follow_up_requests")]
        indexes = [
            # For the claim: what is due, longest due first.
            models.Index(fields=["scheduled_for", "created_at", "id"], name="follow_up_due", condition=SCHEDULED),
            # For the claim's "nothing earlier in its conversation", and for scheduled_in().
            models.Index(
                fields=["conversation_id", "scheduled_for", "created_at", "id"],
                name="follow_up_in_order",
                condition=SCHEDULED,
            ),
            # For the solo lane: what a worker that died was holding.
            models.Index(fields=["leased_until"], name="follow_up_leased", condition=Q(lease__isnull=False)),
            # For a conversation's history, and for recognising a repeated request.
            models.Index(fields=["conversation_id", "-created_at"], name="follow_up_of_conversation"),
            models.Index(fields=["tenant", "-created_at"], name="follow_up_newest"),
            # For adopt_rows(): rows from outside that no clinic has yet.
            models.Index(fields=["created_at"], name="follow_up_orphan", condition=Q(tenant__isnull=True)),
            # For followups.archive.
            models.Index(fields=["sent_at"], name="follow_up_sent", condition=Q(status=Status.SENT)),
            models.Index(fields=["scheduled_for"], name="follow_up_cancelled", condition=Q(status=Status.CANCELLED)),
            # For the figures: how many have failed, and how many of them lately.
            models.Index(fields=["failed_at"], name="follow_up_failed", condition=Q(status=Status.FAILED)),
            # For today's page: what has failed in a clinic.
            models.Index(
                fields=["tenant", "-failed_at"], name="follow_up_failed_here", condition=Q(status=Status.FAILED)
            ),
        ]


class FollowUpMessage(models.Model):
    """One message of a followed-up conversation, in the client's own thread; delivery writes one per follow-up."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    conversation_id = models.UUIDField(_("conversation"))
    user_id = models.TextField(_("parent"))
    message_content = models.TextField(_("text"))
    is_from_user = models.BooleanField(_("from the parent"), db_default=False)
    timestamp = models.DateTimeField(_("at"), db_default=WholeSecond())
    is_read = models.BooleanField(_("read"), db_default=False)
    follow_up_id = models.UUIDField(_("follow-up"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=TransactionNow())
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))

    class Meta:
        db_table = "follow_up_messages"
        verbose_name = _("follow-up message")
        verbose_name_plural = _("follow-up messages")
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up_id"], condition=Q(follow_up_id__isnull=False), name="one_message_per_follow_up"
            ),
            plausible("timestamp", "created_at", table="follow_up_messages"),
        ]
        indexes = [
            # For the client's thread, and for the newest timestamp of a conversation.
            models.Index(fields=["conversation_id", "timestamp", "created_at", "id"], name="follow_up_thread"),
            models.Index(fields=["created_at"], name="follow_up_message_orphan", condition=Q(tenant__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ProviderReviewRequest(models.Model):
    """A parent's conversation that a provider reviews; the client's own view of it. Delivery only reads it."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    user_id = models.TextField(_("parent"), null=True)  # noqa: DJ001  the contract's NULLs, all of them
    conversation_id = models.UUIDField(_("conversation"), null=True)
    conversation_title = models.TextField(_("title"), null=True)  # noqa: DJ001
    child_name = models.TextField(_("child"), null=True)  # noqa: DJ001
    child_age = models.TextField(_("age"), null=True)  # noqa: DJ001
    child_dob = models.TextField(_("date of birth"), null=True)  # noqa: DJ001
    triage_outcome = models.TextField(_("triage outcome"), null=True)  # noqa: DJ001
    conversation_summary = models.TextField(_("summary"), null=True)  # noqa: DJ001
    conversation_messages = models.JSONField(null=True)
    status = models.TextField(_("status"), null=True, db_default="pending")  # noqa: DJ001
    is_flagged = models.BooleanField(_("flagged"), db_default=False)
    flag_reason = models.TextField(_("flag reason"), null=True)  # noqa: DJ001
    flagged_at = models.DateTimeField(_("flagged at"), null=True)
    flagged_by = models.TextField(_("flagged by"), null=True)  # noqa: DJ001
    unflagged_at = models.DateTimeField(_("unflagged at"), null=True)
    schedule_followup = models.BooleanField(_("follow-up badge"), db_default=False)
    provider_name = models.TextField(_("provider"), null=True)  # noqa: DJ001
    provider_response = models.TextField(_("answer"), null=True)  # noqa: DJ001
    provider_urgency = models.TextField(_("urgency by the provider"), null=True)  # noqa: DJ001
    responded_at = models.DateTimeField(_("answered at"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=TransactionNow())
    device_token = models.TextField(_("device token"), null=True)  # noqa: DJ001
    provider_push_sent = models.BooleanField(_("push sent to the provider"), null=True)
    push_sent_at = models.DateTimeField(_("push sent at"), null=True)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))

    class Meta:
        db_table = "provider_review_requests"
        verbose_name = _("review request")
        verbose_name_plural = _("review requests")
        constraints = [
            plausible(
                "flagged_at",
                "unflagged_at",
                "responded_at",
                "created_at",
                "push_sent_at",
                table="provider_review_requests",
            )
        ]
        indexes = [
            # For scheduled_in(): whose badge stands.
            models.Index(fields=["conversation_id"], name="review_badge", condition=Q(schedule_followup=True)),
            # For addressing a follow-up: the newest request of its conversation and parent.
            models.Index(fields=["conversation_id", "user_id", "-created_at"], name="review_of_conversation"),
            models.Index(fields=["tenant", "-created_at"], name="review_newest"),
            models.Index(fields=["created_at"], name="review_orphan", condition=Q(tenant__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Provider(models.Model):
    """A provider's device, as the client registers it; its ``user_id`` is unique within a clinic."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    user_id = models.TextField(_("provider"))
    device_token = models.TextField(_("device token"), null=True)  # noqa: DJ001
    device_type = models.TextField(_("device"), db_default="ios")
    created_at = models.DateTimeField(_("created at"), db_default=TransactionNow())
    updated_at = models.DateTimeField(_("updated at"), db_default=TransactionNow())
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("clinic"))

    class Meta:
        db_table = "providers"
        verbose_name = _("provider's device")
        verbose_name_plural = _("providers' devices")
        constraints = [
            # The client's name for itself is the same in every clinic: "default_provider".
            models.UniqueConstraint(
                fields=["user_id", "tenant"], nulls_distinct=False, name="one_device_per_provider_of_a_clinic"
            ),
            plausible("created_at", "updated_at", table="providers"),
        ]

    def __str__(self) -> str:
        return self.user_id
