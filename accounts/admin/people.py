"""The people of a clinic, who cares for whom, and where they are signed in."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from knox import admin as knox_admin

from accounts.clinic_admin import ClinicAdmin, badge, is_operator
from accounts.forms import CareLinkForm, NewPersonForm, PasswordForm, PersonForm
from accounts.models import CareLink, User
from accounts.states import UserType

# Permissions come from the role, so there are no groups.
admin.site.unregister(Group)
# Their page makes tokens for other people; ours lists where people are signed in.
admin.site.unregister(knox_admin.models.AuthToken)

CHOSEN_AS = {"patient": UserType.PATIENT, "doctor": UserType.DOCTOR}


def tell(page: Any, request: HttpRequest, moved: int, chosen: int) -> None:
    """Say how many of the chosen rows an action has moved; the rest were not in a state to be."""
    if moved:
        page.message_user(request, ngettext("%d was changed.", "%d were changed.", moved) % moved, messages.SUCCESS)
    if left := chosen - moved:
        sentence = ngettext("%d was left as it is.", "%d were left as they are.", left) % left
        page.message_user(request, sentence, messages.WARNING)


def role_of(person: User) -> str:
    """What somebody is here, in a word."""
    return str(_("Operator")) if person.is_superuser else person.get_user_type_display()


@admin.register(User)
class PersonPage(ClinicAdmin, UserAdmin):  # type: ignore[type-arg]
    """Who is in the clinic, in which role."""

    patient_path = "pk"
    can_add = can_change = True
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PasswordForm
    list_display = ("name", "email", "role", "standing", "last_login")
    list_display_links = ("name",)
    list_filter = ("user_type", "is_active")
    search_fields = ("first_name", "last_name", "email")
    ordering = ("last_name", "first_name", "pk")
    filter_horizontal = ()
    readonly_fields = ("last_login", "archived_at", "created_at")
    actions = ("archive", "bring_back")
    fieldsets = (
        (None, {"fields": ("tenant", "first_name", "last_name", "email", "user_type", "password")}),
        (_("Words and time"), {"fields": ("language", "timezone")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "archived_at", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("tenant", "first_name", "last_name", "email", "user_type")}),
        (_("Words and time"), {"fields": ("language", "timezone")}),
        (_("Access"), {"fields": ("is_staff", "usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = super().get_queryset(request)
        return people if is_operator(request.user) else people.filter(is_superuser=False)

    def choices(self, request: HttpRequest, field_name: str) -> QuerySet[Any]:
        people = self.get_queryset(request)
        return people.filter(user_type=CHOSEN_AS[field_name]) if field_name in CHOSEN_AS else people

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        # Only the suggestions for a field name one: for a patient, suggest patients.
        role = CHOSEN_AS.get(request.GET.get("field_name", ""))
        return (found.filter(user_type=role) if role else found), repeats

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  its name
        return self.noted(request, super().user_change_password(request, id, form_url), page="password")

    def buttons(self, row: User) -> Sequence[str]:
        if row.user_type != UserType.PATIENT:
            return ()
        return ("archive",) if row.archived_at is None else ("bring_back",)

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, person: User) -> str:
        return person.name

    @admin.display(description=_("role"), ordering="user_type")
    def role(self, person: User) -> str:
        return role_of(person)

    @admin.display(description=_("standing"))
    def standing(self, person: User) -> SafeString:
        if person.archived_at is not None:
            return badge(_("archived"))
        return badge(_("active"), "emerald") if person.is_active else badge(_("may not sign in"), "red")

    @admin.action(description=_("Archive"))
    def archive(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        rows = queryset.filter(user_type=UserType.PATIENT, archived_at=None)
        tell(self, request, rows.update(archived_at=Now()), queryset.count())

    @admin.action(description=_("Bring back from the archive"))
    def bring_back(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        tell(self, request, queryset.filter(archived_at__isnull=False).update(archived_at=None), queryset.count())


@admin.register(CareLink)
class CareLinkPage(ClinicAdmin):
    """Who cares for whom, and since when."""

    patient_path = "patient"
    can_add = True
    form = CareLinkForm
    readonly_fields = ("connected", "accepted_at", "ended_at", "created_at")
    autocomplete_fields = ("patient", "doctor")
    list_display = ("patient", "doctor", "connected", "accepted_at", "ended_at")
    list_select_related = ("patient", "doctor")
    list_filter = (("accepted_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("patient__first_name", "patient__last_name", "doctor__first_name", "doctor__last_name")
    ordering = ("-pk",)
    actions = ("accept", "end", "connect_again")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["patient", "doctor", *(self.readonly_fields if obj is not None else ())]

    def buttons(self, row: CareLink) -> Sequence[str]:
        if row.ended_at is not None:
            return ("connect_again",)
        return ("end",) if row.accepted_at else ("accept", "end")

    @admin.display(description=_("connected"))
    def connected(self, link: CareLink) -> SafeString:
        if link.patient.archived_at is not None:
            return badge(_("no – the patient is archived"))
        if link.ended_at is not None:
            return badge(_("no – ended"))
        return badge(_("yes"), "emerald") if link.accepted_at else badge(_("no – invited"), "orange")

    @admin.action(description=_("Accept"))
    def accept(self, request: HttpRequest, queryset: QuerySet[CareLink]) -> None:
        self._move(request, queryset, {"accepted_at": None, "ended_at": None}, accepted_at=Now())

    @admin.action(description=_("End"))
    def end(self, request: HttpRequest, queryset: QuerySet[CareLink]) -> None:
        self._move(request, queryset, {"ended_at": None}, ended_at=Now())

    @admin.action(description=_("Connect again"))
    def connect_again(self, request: HttpRequest, queryset: QuerySet[CareLink]) -> None:
        self._move(request, queryset, {"ended_at__isnull": False}, accepted_at=Now(), ended_at=None)

    def _move(self, request: HttpRequest, links: QuerySet[CareLink], only: dict[str, Any], **new: Any) -> None:
        tell(self, request, links.filter(**only).update(**new), links.count())


@admin.register(knox_admin.models.AuthToken)
class SignedInPage(ClinicAdmin):
    """Where people are signed in; deleting a row signs them out there."""

    clinic_path = "user__tenant"
    patient_path = "user"
    can_remove = True
    fields = ("user", "created", "expiry")
    list_display = ("user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__email")
    ordering = ("-created",)
