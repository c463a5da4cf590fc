"""What was said, to be read and never to be changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge
from messaging.models import Conversation, Message
from messaging.queries import messages_before, seq_in
from messaging.shown import card_of
from messaging.states import ConversationType


@admin.register(Conversation)
class ConversationPage(ClinicAdmin):
    """Who talks to whom, and what about."""

    patient_path = "patient"
    list_display = ("who", "kind", "messages_count", "last_activity_at")
    list_filter = ("type",)
    search_fields = ("title", "participants__user__first_name", "participants__user__last_name")
    ordering = ("-last_activity_at", "-pk")
    fields = ("who", "kind", "last_activity_at", "created_at")
    readonly_fields = fields
    change_form_outer_after_template = "messaging/admin/thread.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        said = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        counted = said.annotate(number=Count("pk")).values("number")
        rows: QuerySet[Any] = super().get_queryset(request).annotate(messages_count=Subquery(counted))
        return rows.prefetch_related("participants__user")

    @admin.display(description=_("between"))
    def who(self, conversation: Conversation) -> str:
        names = ", ".join(sorted(participant.user.name for participant in conversation.participants.all()))
        return names if conversation.title in ("", names) else f"{conversation.title}: {names}"

    @admin.display(description=_("type"), ordering="type")
    def kind(self, conversation: Conversation) -> SafeString:
        group = conversation.type == ConversationType.GROUP
        return badge(conversation.get_type_display(), "blue" if group else "plain")

    @admin.display(description=_("messages"), ordering="messages_count")
    def messages_count(self, conversation: Any) -> int:
        return conversation.messages_count or 0

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The conversation, called by its people where it has no title; the page saves nothing."""
        found: Conversation | None = super().get_object(request, object_id, from_field)
        if found is not None and not found.title:
            found.title = self.who(found)
        return found

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        conversation = self.get_object(request, object_id) if object_id else None
        thread = _page(conversation, request.GET.get("before", "")) if conversation else {}
        return super().changeform_view(request, object_id, form_url, {**thread, **(extra_context or {})})


def _page(conversation: Conversation, before: str) -> dict[str, Any]:
    """The newest messages, or the newest before the ``seq`` in ``before``; the latest first."""
    found = messages_before(conversation, seq_in(before))
    return {
        "said": [{"message": message, "card": card_of(message, _session_page)} for message in found.messages],
        "earlier": found.earlier,
    }


def _session_page(workout_id: int) -> str | None:
    """The page of the workout: whoever is here administers a clinic, or all of them."""
    try:
        return reverse("admin:workouts_workout_change", args=[workout_id])
    except NoReverseMatch:
        return None
