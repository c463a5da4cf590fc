"""Which clinics there are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge, is_operator
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

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        """A new clinic is among those whose features can be switched."""
        super().save_model(request, obj, form, change)
        if not change:
            TenantSettings.objects.create(tenant=obj)

    @admin.display(description=_("standing"), ordering="is_active")
    def standing(self, clinic: Tenant) -> SafeString:
        return badge(_("active"), "emerald") if clinic.is_active else badge(_("closed"), "red")
