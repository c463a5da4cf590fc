"""What is owed, how late it is, and what keeps failing; therapists' notes can be sent now, held and let go."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.clinic_admin import ClinicAdmin, badge
from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.queries import is_on
from feedback.actions import steer
from feedback.models import FeedbackSummary, NoteDelivery
from feedback.queries import IN_STATE, OWED, state_of
from feedback.states import DeliveryState
from feedback.words import delivery_badge
from workouts.models import Workout

SETTLED = {
    DeliveryState.SENT: Q(due_at=None, delivered_rev=F("rev")),
    DeliveryState.NONE: Q(due_at=None) & (Q(delivered_rev=None) | ~Q(delivered_rev=F("rev"))),
}
SUMMARY_STATES = {
    "owed": (_("Owed"), OWED & Q(dead_at=None), "blue"),
    "dead": (_("Failing"), OWED & Q(dead_at__isnull=False), "red"),
    "settled": (_("Settled"), ~OWED, "emerald"),
}


class DeliveryFilter(admin.SimpleListFilter):
    """Deliveries by where they stand."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in {**IN_STATE, **SETTLED}]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        states = {state.value: rows for state, rows in {**IN_STATE, **SETTLED}.items()}
        return queryset.filter(states.get(self.value() or "", Q()))


class SummaryFilter(admin.SimpleListFilter):
    """Summaries by whether they are owed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, label) for state, (label, _rows, _tone) in SUMMARY_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = SUMMARY_STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


def _feedback_on(workout: Workout) -> bool:
    """Whether the workout's clinic has the feature on; its settings came with the row."""
    chosen = getattr(workout.tenant, "settings", None)
    switched = chosen.features if chosen is not None else {}
    return is_on(switched, FEEDBACK_NOTIFICATIONS)


@admin.register(NoteDelivery)
class NoteDeliveryPage(ClinicAdmin):
    """Which therapists' notes are on their way, and which do not get there."""

    clinic_path = "workout__tenant"
    patient_path = "workout__patient"
    list_display = ("patient", "doctor", "session", "state", "due_at", "attempts", "last_error")
    list_select_related = ("doctor", "workout__patient", "workout__tenant__settings")
    list_filter = (DeliveryFilter,)
    search_fields = (
        "workout__patient__first_name",
        "workout__patient__last_name",
        "doctor__first_name",
        "doctor__last_name",
    )
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("patient", "doctor", "workout", "state", "rev")}),
        (_("On its way"), {"fields": ("first_unsent_at", "due_at", "held_at", "delivered_at")}),
        (_("Failures"), {"fields": ("attempts", "last_error", "dead_at")}),
    )
    readonly_fields = ("patient", "state")
    actions = ("send_now", "hold", "resume")

    def buttons(self, row: NoteDelivery) -> Sequence[str]:
        if row.due_at is None:
            return ()
        return ("send_now", "resume") if row.held_at else ("send_now", "hold")

    @admin.display(description=_("patient"), ordering="workout__patient__last_name")
    def patient(self, delivery: NoteDelivery) -> str:
        return delivery.workout.patient.name

    @admin.display(description=_("session of"), ordering="workout__date_scheduled")
    def session(self, delivery: NoteDelivery) -> Any:
        return delivery.workout.day

    @admin.display(description=_("state"))
    def state(self, delivery: NoteDelivery) -> SafeString:
        return delivery_badge(state_of(delivery, feature_on=_feedback_on(delivery.workout)))

    @admin.action(description=_("Send now"))
    def send_now(self, request: HttpRequest, queryset: QuerySet[NoteDelivery]) -> None:
        self._steer(request, queryset, steer.send_now)

    @admin.action(description=_("Hold"))
    def hold(self, request: HttpRequest, queryset: QuerySet[NoteDelivery]) -> None:
        self._steer(request, queryset, steer.hold)

    @admin.action(description=_("Resume"))
    def resume(self, request: HttpRequest, queryset: QuerySet[NoteDelivery]) -> None:
        self._steer(request, queryset, steer.resume)

    def _steer(self, request: HttpRequest, deliveries: QuerySet[NoteDelivery], step: Callable[..., None]) -> None:
        done = 0
        ids = list(deliveries.order_by("pk").values_list("pk", flat=True))
        for pk in ids:
            try:
                step(delivery_id=pk)
            except steer.NothingToSend:
                continue
            done += 1
        if done:
            sentence = ngettext("%d delivery was changed.", "%d deliveries were changed.", done) % done
            self.message_user(request, sentence, messages.SUCCESS)
        if len(ids) > done:
            self.message_user(request, steer.NothingToSend.sentence, messages.WARNING)


@admin.register(FeedbackSummary)
class FeedbackSummaryPage(ClinicAdmin):
    """Which patients' feedback the therapists do not have yet."""

    clinic_path = "patient__tenant"
    patient_path = "patient"
    list_display = ("patient", "day", "state", "due_at", "attempts", "last_error", "settled_at")
    list_select_related = ("patient",)
    list_filter = (SummaryFilter,)
    search_fields = ("patient__first_name", "patient__last_name")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("patient", "day", "workout", "pain", "note", "state", "due_at", "settled_at")}),
        (_("Failures"), {"fields": ("attempts", "last_error", "dead_at")}),
    )
    readonly_fields = ("state",)

    @admin.display(description=_("state"))
    def state(self, summary: FeedbackSummary) -> SafeString:
        name = "settled" if summary.due_at is None else "dead" if summary.dead_at else "owed"
        label, _rows, tone = SUMMARY_STATES[name]
        return badge(label, tone)
