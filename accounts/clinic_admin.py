"""
The ground of every admin page: who may do what, and whose rows they see.

A clinic's administrator works on the rows of the own clinic; an operator, who belongs to no clinic,
on those of all. Nobody else gets anything here, whatever Django's permission tables say: a doctor who may
open the admin has the console. A page shows rows read-only unless it says otherwise: most of them are
written by the product itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.forms import ClinicForm, DayInput
from accounts.models import Tenant
from accounts.noted_pages import NotedPages
from accounts.states import UserType
from okta.admin_page import AdminPage

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline

    _Inline = TabularInline[Any, Any]
else:
    from unfold.admin import TabularInline as _Inline

BUTTON = "_button"
# Columns that no page shows whole: whoever has what is in them can send, or sign in, in somebody's name.
SECRETS = {"token", "device_token", "token_key", "digest", "password", "keys"}


def is_operator(user: Any) -> bool:
    """Runs the product and stands above the clinics."""
    return bool(user.is_active and user.is_superuser and user.tenant_id is None)


def is_clinic_admin(user: Any) -> bool:
    """Administers one clinic, and that clinic is active."""
    return bool(user.is_staff and user.user_type == UserType.ADMIN and user.tenant_id and user.may_sign_in)


def is_staff_doctor(user: Any) -> bool:
    """A doctor whom the clinic, an active one, lets into the admin."""
    return bool(user.is_staff and user.user_type == UserType.DOCTOR and user.tenant_id and user.may_sign_in)


class _RolePermissions:
    """Permissions from the role; what may be changed at all is said by each page."""

    can_add: ClassVar[bool] = False
    can_change: ClassVar[bool] = False
    can_remove: ClassVar[bool] = False

    def may_open(self, request: HttpRequest) -> bool:
        return is_operator(request.user) or is_clinic_admin(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_open(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_add and self.may_open(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and self.may_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_remove and self.may_open(request)


class _ClinicChoices:
    """Every choice of a related row is a choice among the rows the person may see."""

    admin_site: Any

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(related, ClinicAdmin):
            kwargs.setdefault("queryset", related.choices(request, db_field.name))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
            kwargs["widget"] = DayInput()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            # One thing at a time: related rows have pages of their own, and phones no room for a menu.
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = widget.can_view_related = False
        return field


def badge(text: object, tone: str = "plain") -> SafeString:
    """
    A short word in a coloured box; the word alone says everything the colour says.

    ``tone`` is one of plain, red, orange, emerald, blue.
    """
    return format_html('<span class="okta-badge okta-{}">{}</span>', tone, text)


class ClinicAdmin(_RolePermissions, _ClinicChoices, NotedPages, AdminPage):
    """
    A page over rows that belong to clinics.

    ``clinic_path`` is the lookup from a row to its clinic; ``patient_path`` the one to its patient, if any.
    """

    clinic_path: ClassVar[str] = "tenant"

    form: Any = ClinicForm
    show_full_result_count = False
    list_per_page = 50
    compressed_fields = True
    list_filter_sheet = False
    change_form_outer_before_template = "accounts/admin/buttons.html"

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["accounts/clinic_admin.css"]}

    # --- whose rows ---

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        user: Any = request.user
        if is_operator(user):
            return rows
        return rows.filter(**{self.clinic_path: user.tenant_id}) if is_clinic_admin(user) else rows.none()

    def choices(self, request: HttpRequest, field_name: str) -> models.QuerySet[Any]:
        """The rows that may be chosen for a field of this name on another page."""
        return self.get_queryset(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No list is narrowed by a secret: whoever may ask how one begins asks until they know it."""
        way = {self.opts.pk.name if step == "pk" else step for step in lookup.split("__")}
        return way.isdisjoint(SECRETS) and super().lookup_allowed(lookup, value, request)

    # --- what is shown ---

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), *(["clinic"] if self._tells_clinics_apart(request) else [])]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_filter(request), *([self.clinic_path] if self._tells_clinics_apart(request) else [])]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        named = super().get_list_select_related(request) or ()
        assert not isinstance(named, bool)  # noqa: S101
        return [*named, *([self.clinic_path] if self._tells_clinics_apart(request) else [])]

    def _tells_clinics_apart(self, request: HttpRequest) -> bool:
        return is_operator(request.user) and self.clinic_path != "pk"

    def clinic(self, row: models.Model) -> Tenant:
        """The clinic a row belongs to, for those who see several."""
        found: Any = row
        for step in self.clinic_path.split("__"):
            found = getattr(found, step)
        tenant: Tenant = found
        return tenant

    clinic.short_description = _("clinic")  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if is_operator(request.user):
            return sets
        # An administrator has one clinic: there is nothing to choose.
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != "tenant"]})
            for name, options in sets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        moving = ["tenant"] if obj is not None and hasattr(obj, "tenant_id") else []
        return [*super().get_readonly_fields(request, obj), *moving]

    # --- what is written ---

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.clinic_id = getattr(request.user, "tenant_id", None)
        if "tenant" in form.base_fields:
            form.base_fields["tenant"].required = True
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        _save(obj, form.changed_data, new=not change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_rows(formset)

    # --- pages ---

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return self.noted_list(request, super().changelist_view(request, extra_context))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        context = {"buttons": self._buttons(request, object_id) if object_id else [], **(extra_context or {})}
        return self.noted(request, super().changeform_view(request, object_id, form_url, context))

    def _buttons(self, request: HttpRequest, object_id: str) -> list[dict[str, Any]]:
        row = self.get_object(request, unquote(object_id))
        offered: Mapping[str, Any] = self.get_actions(request)
        fitting = self.buttons(row) if row is not None else ()
        return [{"name": name, "label": offered[name][2]} for name in fitting if name in offered]

    def buttons(self, row: Any) -> Sequence[str]:
        """The actions that make sense for this row as it stands, offered on its page."""
        return ()

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any], *location: Any) -> Any:
        answer = super().response_action(request, queryset, *location)
        row = request.POST.get(BUTTON)
        if row and isinstance(answer, HttpResponseRedirect):
            page = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(page, args=[quote(row)]))
        return answer


class ClinicInline(_RolePermissions, _ClinicChoices, _Inline):
    """Rows of a clinic's row, on its page."""

    extra = 0
    hide_title = True


def save_rows(formset: Any) -> None:
    """Write what a formset changed, each row by the fields that were changed."""
    formset.saved_forms = []
    formset.save_existing_objects(commit=False)
    formset.save_new_objects(commit=False)
    for row in formset.deleted_objects:
        row.delete()
    for row, changed in formset.changed_objects:
        _save(row, changed, new=False)
    for row in formset.new_objects:
        _save(row, (), new=True)


def _save(row: models.Model, changed: Iterable[str], *, new: bool) -> None:
    if new:
        row.save(force_insert=True)
    else:
        names = set(changed)
        row.save(update_fields=[field.name for field in row._meta.concrete_fields if field.name in names])
