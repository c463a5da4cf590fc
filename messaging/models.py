"""Conversations, who is in them, and what was said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from messaging.states import ConversationType, MessageType

FEEDBACK = Q(type=MessageType.PATIENT_FEEDBACK_SUMMARY)


class Conversation(models.Model):
    """
    A thread between people of one clinic.

    ``participants_key`` is the sorted list of their ids; with it the database itself keeps two
    concurrent first contacts from opening two threads. ``patient`` is the one patient in it, if
    any: a doctor sees the thread only while connected to that patient.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    type = models.CharField(_("type"), max_length=16, choices=ConversationType)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations_about",
        verbose_name=_("patient"),
    )
    participants_key = models.CharField(max_length=1000, editable=False)
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    last_activity_at = models.DateTimeField(_("last activity"), db_default=Now())
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["participants_key", "type", "title"], name="one_conversation_per_people_and_title"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-last_activity_at"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Participant(models.Model):
    """One person in one conversation, and how far they have read."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations")
    last_read_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="once_in_a_conversation"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Message(models.Model):
    """
    One message or structured card.

    ``card_key`` names what a card is about (``summary:<workout>``): at most one card per key, for
    ever, whoever publishes it and however often.
    """

    # Its index is one_message_per_seq. One of its own would be taken for it, and a long history read to its end.
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveBigIntegerField(editable=False)
    type = models.CharField(_("type"), max_length=32, choices=MessageType, default=MessageType.TEXT)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sent_messages")
    content = models.TextField(_("text"))
    metadata = models.JSONField(_("card"), null=True, blank=True)
    card_key = models.CharField(max_length=100, null=True, editable=False)  # noqa: DJ001  NULL: not a card
    client_message_id = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001  NULL: not given
    created_at = models.DateTimeField(_("sent at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            # Also the index behind a page of messages and behind unread counts.
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_message_per_seq"),
            models.UniqueConstraint(fields=["card_key"], condition=Q(card_key__isnull=False), name="one_card_per_key"),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_message_id"],
                condition=Q(client_message_id__isnull=False),
                name="one_message_per_client_id",
            ),
        ]
        indexes = [
            # For today's page of a doctor: the feedback behind a read position, without what was said around it.
            models.Index(fields=["conversation", "seq"], name="feedback_card_in_order", condition=FEEDBACK),
            # For the same of a clinic: the feedback of the last days, thread by thread. By the day alone it would be
            # that of all clinics.
            models.Index(fields=["conversation", "created_at"], name="feedback_card_by_day", condition=FEEDBACK),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.seq}"
