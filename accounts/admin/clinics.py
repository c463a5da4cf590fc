"""Which clinics there are, and which features each has switched on."""

from typing import Any

from django.contrib import admin
from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge, is_operator
from accounts.flags import REGISTRY
from accounts.forms import FlagsForm
from accounts.models import Tenant, TenantSettings


@admin.register(Tenant)
class TenantPage(ClinicAdmin):
    """Which clinics there are."""

    clinic_path = "pk"
    can_change = True
    list_display = ("name", "timezone", "language", "standing", "created_at")
    search_fields = ("name",)
    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request.user)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        closing = ["is_active"] if is_operator(request.user) else []
        return ["name", "timezone", "language", *closing]

    @admin.display(description=_("standing"), ordering="is_active")
    def standing(self, clinic: Tenant) -> SafeString:
        return badge(_("active"), "emerald") if clinic.is_active else badge(_("closed"), "red")


@admin.register(TenantSettings)
class FlagsPage(ClinicAdmin):
    """Every known feature of a clinic, as a switch."""

    can_change = True
    form = FlagsForm
    list_display = ("tenant", "switched_on")
    list_select_related = ("tenant",)
    ordering = ("tenant__name",)
    search_fields = ("tenant__name",)
    fieldsets = ((None, {"fields": tuple(REGISTRY)}),)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return list(self.list_display)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The clinic's flags; a clinic nobody has switched anything for has them all as they come."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            return found
        clinic = self.admin_site.get_model_admin(Tenant).get_object(request, object_id)
        return TenantSettings(tenant=clinic) if clinic is not None else None

    def save_model(self, request: HttpRequest, obj: TenantSettings, form: Any, change: bool) -> None:
        TenantSettings.objects.bulk_create([TenantSettings(tenant=obj.tenant)], ignore_conflicts=True)
        # Merged by the database: two people at two switches do not undo each other, and a key this
        # version does not know is kept.
        merged = CombinedExpression(F("features"), "||", Value(form.switched(), JSONField()), output_field=JSONField())
        TenantSettings.objects.filter(pk=obj.pk).update(features=merged)

    @admin.display(description=_("switched on"))
    def switched_on(self, settings: TenantSettings) -> str:
        on = [flag.label for key, flag in REGISTRY.items() if settings.features.get(key, flag.default)]
        return ", ".join(map(str, on)) or str(_("nothing"))
