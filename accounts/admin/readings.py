"""Who has looked at whose data: found by names, roles and patients, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import role_of
from accounts.clinic_admin import ClinicAdmin, is_operator
from accounts.models import Reading, Tenant, User
from accounts.readings import called
from accounts.states import UserType

SHOWN_WHOLE: Final = 10
OF_NO_ROW: Final = {"list", "proposal"}
ROLES: Final = {
    "doctor": (UserType.DOCTOR.label, Q(reader__user_type=UserType.DOCTOR)),
    "administrator": (UserType.ADMIN.label, Q(reader__user_type=UserType.ADMIN, reader__is_superuser=False)),
    "operator": (_("Operator"), Q(reader__is_superuser=True)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One look at one page, in words; ``address`` is the page's, ``only`` the list of the looks at this patient."""

    at: datetime
    reader: str
    role: str
    patient: str
    only: str
    page: str
    key: str
    address: str
    clinic: str


class RoleFilter(admin.SimpleListFilter):
    """By what the reader is."""

    title, parameter_name = _("read by"), "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _rows) in ROLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = ROLES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class _KeyFilter(admin.SimpleListFilter):
    """By the key of a related row; what is no key asks for nothing."""

    related: ClassVar[str]

    @property
    def key(self) -> int:
        asked = self.value() or ""
        return int(asked) if asked.isdecimal() and len(asked) < 19 else 0

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.related: self.key}) if self.key else queryset


class ClinicFilter(_KeyFilter):
    """By clinic, for those who see several."""

    title, parameter_name, related = _("clinic"), "clinic", "tenant"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        clinics = Tenant.objects.order_by("name", "pk") if is_operator(request.user) else ()
        return [(str(clinic.pk), clinic.name) for clinic in clinics]


class PatientFilter(_KeyFilter):
    """About one patient, whose name in the list leads here: no clinic chooses from a list of all its patients."""

    title, parameter_name, related = _("patient"), "patient", "patient"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        if not self.key:
            return []
        person = model_admin.admin_site.get_model_admin(User).get_queryset(request).filter(pk=self.key).first()
        return [(str(self.key), person.name if person else str(self.key))]


@admin.register(Reading)
class ReadingPage(ClinicAdmin):
    """What a clinic's administrators are asked for: who has read what about whom, and when."""

    change_list_template = "accounts/admin/readings.html"
    list_display = ("at", "reader", "role", "patient", "page", "row")
    list_select_related = ("reader", "patient")
    search_fields = ("reader__first_name", "reader__last_name", "patient__first_name", "patient__last_name")
    sortable_by = ()
    ordering = ("-at", "-pk")
    fields = ("at", "reader", "role", "patient", "page", "row")
    readonly_fields = ("at", "role", "page", "row")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [RoleFilter, ClinicFilter, PatientFilter]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed: Any = super().get_changelist_instance(request)
        specs = {spec.parameter_name: spec for spec in listed.filter_specs}
        listed.choices = [spec for name, spec in specs.items() if name != "patient"]
        listed.patient = specs["patient"].lookup_choices[0] if "patient" in specs else None
        listed.everybody = listed.get_query_string(remove=["p", "patient"])
        listed.newer = listed.get_query_string({"p": listed.page_num - 1}) if listed.page_num > 1 else ""
        listed.older = listed.get_query_string({"p": listed.page_num + 1}) if _has_older(listed) else ""
        # Nothing is said of a number: it would stand in the heading of the page.
        listed.full_result_count = listed.result_count
        listed.tells_clinics_apart = is_operator(request.user)
        listed.lines = [_line(listed, row) for row in listed.result_list]
        return listed

    @admin.display(description=_("role"))
    def role(self, row: Reading) -> str:
        return role_of(row.reader)

    @admin.display(description=_("page"))
    def page(self, row: Reading) -> str:
        return called(row.what)


def _has_older(listed: Any) -> bool:
    return bool(listed.multi_page and not listed.show_all and listed.page_num < listed.paginator.num_pages)


def _line(listed: Any, row: Reading) -> Line:
    return Line(
        at=row.at,
        reader=row.reader.name,
        role=role_of(row.reader),
        patient=row.patient.name if row.patient else "",
        only=listed.get_query_string({"patient": row.patient_id}, remove=["p"]) if row.patient else "",
        page=called(row.what),
        key=row.row if len(row.row) <= SHOWN_WHOLE else f"{row.row[:SHOWN_WHOLE]}…",
        address=address_of(row),
        clinic=str(row.tenant or "") if listed.tells_clinics_apart else "",
    )


def address_of(row: Reading) -> str:
    """Where the page was; empty where no address is made of the row's key, or not any more."""
    app, _dot, rest = row.what.partition(".")
    name, _dot, view = rest.partition(".")
    if view in OF_NO_ROW:
        return ""
    for view in (f"admin:{app}_{name}_change", f"{app}:{name}"):
        try:
            return reverse(view, args=[quote(row.row)])
        except NoReverseMatch:
            continue
    return ""
