"""The tables the mobile client writes; their names and columns are the contract."""

from django.contrib.postgres.functions import RandomUUID, TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant

SCHEDULED = "scheduled"
"""The status of what is still to be said; any other word is left alone."""


class FollowUpRequest(models.Model):
    """
    A message promised to a parent at an instant.

    ``conversation_id`` and ``user_id`` are the client's own and refer to nothing of ours for sure;
    rows from outside know no clinic.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    conversation_id = models.UUIDField(_("conversation"))
    user_id = models.TextField(_("parent"))
    scheduled_for = models.DateTimeField(_("scheduled for"))
    urgency = models.TextField(_("urgency"), db_default="routine")
    display_text = models.TextField(_("text"))
    original_message = models.TextField(null=True)  # noqa: DJ001  the contract's NULL
    status = models.TextField(_("status"), db_default=SCHEDULED)
    child_name = models.TextField(_("child"), null=True)  # noqa: DJ001
    child_age = models.TextField(_("age"), null=True)  # noqa: DJ001
    device_token = models.TextField(null=True)  # noqa: DJ001
    # The client truncates these three wrongly: scheduled_for alone counts.
    follow_up_days = models.IntegerField(null=True)
    follow_up_hours = models.IntegerField(null=True)
    follow_up_minutes = models.IntegerField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow())
    sent_at = models.DateTimeField(_("sent at"), null=True)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "follow_up_requests"
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            # For scheduled_in(): which conversations have one ahead of them.
            models.Index(fields=["conversation_id"], name="follow_up_scheduled", condition=Q(status=SCHEDULED)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ProviderReviewRequest(models.Model):
    """A parent's conversation that a provider reviews; the client's own view of it."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    user_id = models.TextField(_("parent"), null=True)  # noqa: DJ001  the contract's NULLs, all of them
    conversation_id = models.UUIDField(_("conversation"), null=True)
    conversation_title = models.TextField(null=True)  # noqa: DJ001
    child_name = models.TextField(_("child"), null=True)  # noqa: DJ001
    child_age = models.TextField(_("age"), null=True)  # noqa: DJ001
    child_dob = models.TextField(null=True)  # noqa: DJ001
    triage_outcome = models.TextField(null=True)  # noqa: DJ001
    conversation_summary = models.TextField(null=True)  # noqa: DJ001
    conversation_messages = models.JSONField(null=True)
    status = models.TextField(_("status"), null=True, db_default="pending")  # noqa: DJ001
    is_flagged = models.BooleanField(db_default=False)
    flag_reason = models.TextField(null=True)  # noqa: DJ001
    flagged_at = models.DateTimeField(null=True)
    flagged_by = models.TextField(null=True)  # noqa: DJ001
    unflagged_at = models.DateTimeField(null=True)
    schedule_followup = models.BooleanField(db_default=False)
    provider_name = models.TextField(null=True)  # noqa: DJ001
    provider_response = models.TextField(null=True)  # noqa: DJ001
    provider_urgency = models.TextField(null=True)  # noqa: DJ001
    responded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow())
    device_token = models.TextField(null=True)  # noqa: DJ001
    provider_push_sent = models.BooleanField(null=True)
    push_sent_at = models.DateTimeField(null=True)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "provider_review_requests"
        verbose_name = _("review request")
        verbose_name_plural = _("review requests")
        indexes = [
            # For scheduled_in(): whose badge stands.
            models.Index(fields=["conversation_id"], name="review_badge", condition=Q(schedule_followup=True)),
        ]

    def __str__(self) -> str:
        return str(self.pk)
