"""App visits as a readable history: when the app was opened, how often, what became of it and why."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge
from entrances.models import AppEntrance
from entrances.states import Status

TONES = {
    Status.PENDING: "blue",
    Status.CANCELED_BY_REAL_WORKOUT: "plain",
    Status.SKIPPED_FEATURE_DISABLED: "plain",
    Status.SKIPPED_NO_SOURCE_WORKOUT: "orange",
    Status.FINALIZED_TO_INFERRED_WORKOUT: "emerald",
}


@admin.register(AppEntrance)
class AppEntrancePage(ClinicAdmin):
    """Who opened the app and did not train, and what was made of it."""

    patient_path = "patient"
    list_display = ("patient", "local_date", "became", "because", "opened_at", "visits", "window_ends_at")
    list_select_related = ("patient",)
    list_filter = ("status", "reason", "answer")
    search_fields = ("patient__first_name", "patient__last_name")
    date_hierarchy = "local_date"
    ordering = ("-local_date", "-pk")
    fieldsets = (
        (None, {"fields": ("patient", "local_date", "zone", "became", "because", "inferred_workout")}),
        (_("Visits"), {"fields": ("opened_at", "last_seen_at", "visits", "window_ends_at", "settled_at")}),
        (_("What the patient said"), {"fields": ("answer", "answer_pain", "answer_note", "answered_at")}),
        (_("Failures"), {"fields": ("last_error",)}),
    )
    readonly_fields = ("became", "because")

    @admin.display(description=_("became"), ordering="status")
    def became(self, entrance: AppEntrance) -> SafeString:
        return badge(entrance.get_status_display(), TONES.get(Status(entrance.status), "plain"))

    @admin.display(description=_("because"), ordering="reason")
    def because(self, entrance: AppEntrance) -> str:
        return entrance.get_reason_display()
