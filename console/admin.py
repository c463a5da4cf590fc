"""Conversations and what is still to be said in them: scheduled from the row, cancelled by the badge."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, is_operator
from console import steps
from console.forms import ScheduleForm
from console.models import FollowedConversation
from console.queries import with_follow_up
from console.rows import offer_in, rows_of
from console.told import told_lines
from messaging.queries import visible_conversations
from okta.clock import now as read_clock


class AheadFilter(admin.SimpleListFilter):
    """The tab "Follow-ups"."""

    title = _("follow-ups")
    parameter_name = "follow_ups"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ahead", _("Follow-ups"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return with_follow_up(queryset) if self.value() == "ahead" else queryset


@admin.register(FollowedConversation)
class FollowedConversationPage(ClinicAdmin):
    """Who was last spoken to, who is to be asked how it is going, and when."""

    for_doctors = True
    change_list_template = "console/conversations.html"
    list_select_related = ("patient__tenant",)
    list_filter = (AheadFilter,)
    search_fields = ("title", "participants__user__first_name", "participants__user__last_name")
    ordering = ("-last_activity_at", "-pk")

    class Media:
        css = {"all": ["console/console.css"]}
        js = ("console/console.js",)

    def rows_of_doctor(self, rows: QuerySet[Any], doctor: Any) -> QuerySet[Any]:
        return rows.filter(pk__in=visible_conversations(doctor).values("pk"))

    def get_urls(self) -> list[URLPattern]:
        verbs = {"schedule": self.schedule, "cancel": self.cancel, "restore": self.restore, "retry": self.retry}
        own = [
            path(f"<uuid:conversation_id>/{verb}/", self.admin_site.admin_view(step), name=f"console_{verb}")
            for verb, step in verbs.items()
        ]
        return [*own, *super().get_urls()]

    # --- the list and the page of one conversation ---

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed: Any = super().get_changelist_instance(request)
        listed.rows = rows_of(list(listed.result_list), reader=request.user, now=read_clock())  # type: ignore[arg-type]
        listed.tells_clinics_apart = is_operator(request.user)
        [tabs] = [spec for spec in listed.filter_specs if isinstance(spec, AheadFilter)]
        listed.tabs = list(tabs.choices(listed))
        return listed

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        conversation = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, conversation) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        if conversation is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return self._page(request, conversation)

    def _page(self, request: HttpRequest, conversation: FollowedConversation, form: ScheduleForm | None = None) -> Any:
        now, reader = read_clock(), steps.person(request)
        [row] = rows_of([conversation], reader=reader, now=now)
        # Called by its people where it has no title, in the way to this page too; nothing is saved.
        conversation.title = conversation.title or row.who
        context = {
            "title": row.who,
            "row": row,
            "offer": offer_in(conversation, reader=reader, now=now, form=form),
            "told": told_lines(conversation, reader=reader, now=now),
            "back": "page",
        }
        return self.own_page(request, "console/conversation.html", about=conversation, context=context)

    # --- what can be done ---

    def schedule(self, request: HttpRequest, conversation_id: UUID) -> Any:
        """Promise what the form says, or show the form again with what is wrong."""
        conversation = self._guarded(request, conversation_id)
        if request.method != "POST":
            return self._to_page(conversation)
        wrong = steps.schedule_from(request, conversation)
        return self._page(request, conversation, wrong) if wrong else self._back(request, conversation)

    def cancel(self, request: HttpRequest, conversation_id: UUID) -> Any:
        """Take back what is named, or without a name whatever is ahead."""
        return self._step(request, conversation_id, steps.cancel_from)

    def restore(self, request: HttpRequest, conversation_id: UUID) -> Any:
        """Undo a cancellation."""
        return self._step(request, conversation_id, steps.restore_from)

    def retry(self, request: HttpRequest, conversation_id: UUID) -> Any:
        """Give a failed follow-up another chance."""
        return self._step(request, conversation_id, steps.retry_from)

    def _step(self, request: HttpRequest, conversation_id: UUID, step: Any) -> Any:
        conversation = self._guarded(request, conversation_id)
        if request.method != "POST":
            return self._to_page(conversation)
        step(request, conversation)
        return self._back(request, conversation)

    def _guarded(self, request: HttpRequest, conversation_id: UUID) -> FollowedConversation:
        """The conversation, for whoever may see it: 403 to a wrong role, 404 to everybody else."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("patient__tenant")
        conversation: FollowedConversation = steps.found(rows.filter(pk=conversation_id).first())
        return conversation

    def _back(self, request: HttpRequest, conversation: FollowedConversation) -> HttpResponseRedirect:
        """To where the button was: the page of the conversation, or the list with its search and its tab."""
        if request.POST.get("back") == "page":
            return self._to_page(conversation)
        query = QueryDict(request.POST.get("query", "")).urlencode()
        address = reverse("admin:console_followedconversation_changelist")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    def _to_page(self, conversation: FollowedConversation) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:console_followedconversation_change", args=[conversation.pk]))
