"""The features of a clinic as switches: what each does, who switched it last, and what was switched before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.switch_flags import switch_flags
from accounts.clinic_admin import ClinicAdmin
from accounts.flags import REGISTRY
from accounts.forms import FlagsForm
from accounts.models import FlagChange, Tenant, TenantSettings
from accounts.queries import CHANGES_SHOWN, is_on, last_flag_changes, newest_flag_changes


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch of the form, and under it what is known of how it came to stand as it does."""

    field: BoundField
    told: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history."""

    at: datetime
    who: str
    feature: str
    turn: str


def switches(form: Any, settings: TenantSettings) -> list[Switch]:
    last = last_flag_changes(settings.pk)
    return [_switch(form[key], settings.features, last.get(key)) for key in REGISTRY]


def _switch(field: BoundField, switched: Mapping[str, Any], last: FlagChange | None) -> Switch:
    on = is_on(switched, REGISTRY[field.name])
    if last is not None and last.on is on:
        return Switch(field, _turned(on, last), last.at)
    if last is None and field.name not in switched:
        return Switch(field, _("Never changed; as it comes: on") if on else _("Never changed; as it comes: off"), None)
    # Before changes were recorded, or past the product.
    unknown = _("Switched on; by whom is not known") if on else _("Switched off; by whom is not known")
    return Switch(field, unknown, None)


def _turned(on: bool, last: FlagChange) -> str:
    if last.by is None:
        return _("Switched on") if on else _("Switched off")
    return (_("Switched on by %s") if on else _("Switched off by %s")) % last.by.name


def _change(row: FlagChange) -> Change:
    flag = REGISTRY.get(row.key)
    return Change(
        at=row.at,
        who=row.by.name if row.by else "–",
        feature=str(flag.label) if flag else row.key,
        turn=_("off → on") if row.on else _("on → off"),
    )


@admin.register(TenantSettings)
class FlagsPage(ClinicAdmin):
    """Every known feature of a clinic, as a switch."""

    can_change = True
    form = FlagsForm
    change_form_template = "accounts/admin/flags.html"
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

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        settings = context["original"]
        context |= {
            "title": _("Features"),
            "subtitle": str(settings.tenant),
            "switches": switches(context["adminform"].form, settings),
            "changes": [_change(row) for row in newest_flag_changes(settings.pk)],
            "at_most": CHANGES_SHOWN,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.switched = switch_flags(tenant_id=obj.pk, wanted=form.switched(), by=request.user)  # type: ignore[arg-type]

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        """Say what was switched, on the same page: one clinic is one page."""
        for row in obj.switched:
            said = _("%s: switched on") if row.on else _("%s: switched off")
            self.message_user(request, said % REGISTRY[row.key].label, messages.SUCCESS)
        if not obj.switched:
            self.message_user(request, _("Nothing was switched."))
        return HttpResponseRedirect(request.path)

    @admin.display(description=gettext_lazy("switched on"))
    def switched_on(self, settings: TenantSettings) -> str:
        on = [flag.label for flag in REGISTRY.values() if is_on(settings.features, flag)]
        return ", ".join(map(str, on)) or str(_("nothing"))
