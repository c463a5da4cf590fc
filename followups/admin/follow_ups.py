"""Follow-ups, and what became of each."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin import tell
from accounts.clinic_admin import ClinicAdmin, badge
from followups.actions.cancel import cancel
from followups.actions.retry import retry
from followups.admin.contract import ContractPage, people_named_in
from followups.models import FollowUpArchive, FollowUpAttempt, FollowUpRequest
from followups.states import Status, Urgency
from followups.words import outcome_badge, status_badge, urgency_badge
from notifications.admin import shortened
from okta.errors import Refusal


class _WordFilter(admin.SimpleListFilter):
    """Rows by a word of ours, or by any other word."""

    words: Any = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*self.words.choices, ("other", _("Another word"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "other":
            return queryset.exclude(**{f"{self.parameter_name}__in": self.words.values})
        return queryset.filter(**{str(self.parameter_name): chosen}) if chosen else queryset


class StatusFilter(_WordFilter):
    title, parameter_name, words = _("status"), "status", Status


class UrgencyFilter(_WordFilter):
    title, parameter_name, words = _("urgency"), "urgency", Urgency


class _FollowUps(ContractPage):
    list_display = ("scheduled_for", "parent", "conversation", "urgent", "state", "attempts", "last_error", "known")
    list_filter = (StatusFilter, "unverified", UrgencyFilter)
    search_fields = ("parent_name", "user_id", "child_name", "display_text", "conversation_id")
    ordering = ("-scheduled_for", "-pk")
    change_form_outer_after_template = "followups/admin/attempts.html"
    fieldsets = (
        (None, {"fields": ("state", "urgent", "known", "scheduled_for", "display_text", "original_message")}),
        (_("To whom"), {"fields": ("parent_in_full", "conversation_in_full", "child_name", "child_age")}),
        (_("From whom"), {"fields": ("scheduled_by", "created_at", "tenant")}),
        (
            _("Delivery"),
            {
                "fields": (
                    "sent_at", "failed_at", "attempts", "next_attempt_at", "last_error", "in_app_only", "short_token",
                )
            },
        ),
    )  # fmt: skip
    readonly_fields = ("state", "urgent", "known", "parent_in_full", "conversation_in_full", "short_token")

    @admin.display(description=_("status"), ordering="status")
    def state(self, row: Any) -> SafeString:
        return status_badge(row.status)

    @admin.display(description=_("urgency"), ordering="urgency")
    def urgent(self, row: Any) -> SafeString:
        return urgency_badge(row.urgency)

    @admin.display(description=_("verified"), ordering="unverified")
    def known(self, row: Any) -> SafeString:
        return badge(_("unverified"), "orange") if row.unverified else badge(_("verified"))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        tries = FollowUpAttempt.objects.filter(follow_up_id=row.pk).order_by("at", "pk") if row else ()
        told = [{"try": one, "outcome": outcome_badge(one.outcome), "token": short(one.token)} for one in tries]
        return super().changeform_view(request, object_id, form_url, {"tries": told, **(extra_context or {})})


def short(token: str) -> str:
    return shortened(token) if token else ""


@admin.register(FollowUpRequest)
class FollowUpPage(_FollowUps):
    """What was promised to parents, and what became of it."""

    actions = ("cancel", "try_again", "deliver_in_app")

    def buttons(self, row: FollowUpRequest) -> Sequence[str]:
        if row.status == Status.FAILED:
            return ("try_again", "deliver_in_app")
        return ("cancel",) if row.status == Status.SCHEDULED else ()

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[FollowUpRequest]) -> None:
        self._each(request, queryset.exclude(status=Status.CANCELLED), cancel, chosen=queryset.count())

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[FollowUpRequest]) -> None:
        self._each(request, queryset, retry, chosen=queryset.count())

    @admin.action(description=_("Deliver in the app only"))
    def deliver_in_app(self, request: HttpRequest, queryset: QuerySet[FollowUpRequest]) -> None:
        self._each(request, queryset, retry, chosen=queryset.count(), in_app_only=True)

    def _each(
        self,
        request: HttpRequest,
        follow_ups: QuerySet[FollowUpRequest],
        step: Callable[..., object],
        *,
        chosen: int,
        **how: bool,
    ) -> None:
        moved = 0
        for pk in follow_ups.order_by("scheduled_for", "pk").values_list("pk", flat=True):
            try:
                step(follow_up_id=pk, **how)
            except Refusal:
                continue
            moved += 1
        tell(self, request, moved, chosen)


@admin.register(FollowUpArchive)
class ArchivePage(_FollowUps):
    """What was settled long ago."""

    list_display = ("scheduled_for", "parent", "conversation", "urgent", "state", "attempts", "archived_at", "known")


@admin.register(FollowUpAttempt)
class AttemptPage(ClinicAdmin):
    """Every try to deliver a follow-up, and what the service said."""

    patient_path = "patient"
    always_about_a_patient = True
    list_display = ("at", "follow_up", "number", "channel", "result", "reason", "short_token")
    list_filter = ("outcome", "channel", ("at", admin.DateFieldListFilter))
    search_fields = ("follow_up_id", "ticket")
    ordering = ("-at", "-pk")
    fields = ("at", "follow_up", "follow_up_id", "number", "channel", "result", "reason", "short_token", "ticket")
    readonly_fields = ("follow_up", "result", "short_token")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        standing, archived = (
            model.objects.filter(pk=OuterRef("follow_up_id")) for model in (FollowUpRequest, FollowUpArchive)
        )
        told = {
            name: Coalesce(Subquery(standing.values(name)), Subquery(archived.values(name)))
            for name in ("user_id", "conversation_id")
        }
        rows: QuerySet[Any] = super().get_queryset(request).annotate(still_there=Exists(standing), **told)
        return people_named_in(rows)

    @admin.display(description=_("follow-up"), ordering="follow_up_id")
    def follow_up(self, row: Any) -> SafeString:
        model = FollowUpRequest if row.still_there else FollowUpArchive
        address = reverse(f"admin:followups_{model._meta.model_name}_change", args=[row.follow_up_id])
        return format_html('<a href="{}">{}…</a>', address, str(row.follow_up_id)[:8])

    @admin.display(description=_("outcome"), ordering="outcome")
    def result(self, row: FollowUpAttempt) -> SafeString:
        return outcome_badge(row.outcome)

    @admin.display(description=_("token"))
    def short_token(self, row: FollowUpAttempt) -> str:
        return short(row.token) or "–"
