"""What the mobile client keeps beside its follow-ups; all of it is untrusted text."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Trim
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge
from accounts.models import User
from accounts.states import UserType
from followups.models import (
    FollowUpMessage,
    Provider,
    ProviderReviewRequest,
)
from messaging.models import Conversation
from notifications.admin import shortened

SHORT = 80


def people_named_in(rows: QuerySet[Any]) -> QuerySet[Any]:
    """
    Rows with the key and the name of the person of their clinic whom ``user_id`` names, if it names one.

    ``patient_id`` is that person if they are a patient, else the patient of the clinic's conversation it is about.
    """
    digits = When(user_id__regex=r"^[0-9]{1,18}$", then=Cast("user_id", BigIntegerField()))
    person = User.objects.filter(pk=OuterRef("parent_key"), tenant=OuterRef("tenant"))
    name = person.values(full=Trim(Concat("first_name", Value(" "), "last_name")))
    patient = person.filter(user_type=UserType.PATIENT).values("pk")
    spoken_to = Conversation.objects.filter(pk=OuterRef("conversation_id"), tenant=OuterRef("tenant")).values("patient")
    named: QuerySet[Any] = rows.annotate(parent_key=Case(digits, default=Value(None))).annotate(
        parent_name=Subquery(name),
        patient_id=Coalesce(Subquery(patient), Subquery(spoken_to), output_field=BigIntegerField()),
    )
    return named


class ContractPage(ClinicAdmin):
    """
    Rows that the mobile client may have written: whose they are is looked up, never believed.

    A row that no clinic has yet is an operator's.
    """

    patient_path = "patient"
    # A child's name and complaints are a patient's, also where the one they name is none of ours.
    always_about_a_patient = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ours = Conversation.objects.filter(pk=OuterRef("conversation_id"), tenant=OuterRef("tenant"))
        known: QuerySet[Any] = people_named_in(super().get_queryset(request)).annotate(in_our_thread=Exists(ours))
        return known

    @admin.display(description=_("parent"), ordering="user_id")
    def parent(self, row: Any) -> str:
        return row.parent_name or Truncator(row.user_id or "–").chars(SHORT)

    @admin.display(description=_("conversation"), ordering="conversation_id")
    def conversation(self, row: Any) -> Any:
        if row.conversation_id is None:
            return "–"
        if not row.in_our_thread:
            return f"{str(row.conversation_id)[:8]}…"
        return self._linked(row, f"{str(row.conversation_id)[:8]}…")

    @admin.display(description=_("parent"))
    def parent_in_full(self, row: Any) -> str:
        return f"{row.parent_name} ({row.user_id})" if row.parent_name else row.user_id or "–"

    @admin.display(description=_("conversation"))
    def conversation_in_full(self, row: Any) -> Any:
        return self._linked(row, row.conversation_id) if row.in_our_thread else row.conversation_id or "–"

    def _linked(self, row: Any, text: object) -> SafeString:
        address = reverse("admin:messaging_conversation_change", args=[row.conversation_id])
        return format_html('<a class="okta-link" href="{}">{}</a>', address, text)

    @admin.display(description=_("device token"))
    def short_token(self, row: Any) -> str:
        return shortened(row.device_token) if row.device_token else "–"


@admin.register(ProviderReviewRequest)
class ReviewRequestPage(ContractPage):
    """Parents' conversations as the mobile client keeps them."""

    list_display = ("created_at", "parent", "conversation_title", "child_name", "provider_name", "status", "has_badge")
    list_filter = ("schedule_followup", "is_flagged")
    search_fields = ("parent_name", "user_id", "child_name", "conversation_title", "provider_name", "conversation_id")
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": ("status", "has_badge", "conversation_title", "conversation_summary", "triage_outcome")}),
        (
            _("About whom"),
            {
                "fields": (
                    "parent_in_full",
                    "conversation_in_full",
                    "child_name",
                    "child_age",
                    "child_dob",
                )
            },
        ),
        (
            _("The provider"),
            {"fields": ("provider_name", "provider_urgency", "provider_response", "responded_at", "created_at")},
        ),
        (_("Flag"), {"fields": ("is_flagged", "flag_reason", "flagged_by", "flagged_at", "unflagged_at")}),
        (_("Delivery"), {"fields": ("short_token", "provider_push_sent", "push_sent_at")}),
    )
    readonly_fields = ("has_badge", "parent_in_full", "conversation_in_full", "short_token")

    @admin.display(description=_("follow-up badge"), ordering="schedule_followup")
    def has_badge(self, row: ProviderReviewRequest) -> SafeString:
        return badge(_("Follow-up"), "blue") if row.schedule_followup else badge(_("none"))


@admin.register(FollowUpMessage)
class MessagePage(ContractPage):
    """What was delivered, in the mobile client's own thread."""

    list_display = ("timestamp", "parent", "conversation", "words", "is_from_user", "is_read")
    list_filter = ("is_from_user", "is_read")
    search_fields = ("parent_name", "user_id", "message_content", "conversation_id")
    ordering = ("-timestamp", "-created_at", "-pk")
    fields = (
        "timestamp", "parent_in_full", "conversation_in_full", "message_content",
        "is_from_user", "is_read", "follow_up_id",
    )  # fmt: skip
    readonly_fields = ("parent_in_full", "conversation_in_full")

    @admin.display(description=_("text"), ordering="message_content")
    def words(self, row: FollowUpMessage) -> str:
        return Truncator(row.message_content).chars(SHORT)


@admin.register(Provider)
class ProviderPage(ClinicAdmin):
    """Where providers' own devices are reached."""

    list_display = ("user_id", "device_type", "short_token", "updated_at")
    search_fields = ("user_id",)
    ordering = ("user_id", "pk")
    fields = ("user_id", "device_type", "short_token", "created_at", "updated_at")
    readonly_fields = ("short_token",)

    @admin.display(description=_("device token"))
    def short_token(self, provider: Provider) -> str:
        return shortened(provider.device_token) if provider.device_token else "–"
