"""What counts as monitoring data and why, the time spent, and the months a clinician has certified."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, ClinicInline, badge
from accounts.models import User
from accounts.readings import note_reading
from okta import clock
from okta.errors import Refusal
from rtm.actions.certify_month import certify_month
from rtm.forms import CertifyForm
from rtm.models import Amendment, CertifiedMonth, EvidenceDay, TimeEntry
from rtm.proposals import Proposal
from rtm.states import Grade
from rtm.words import codes_of, in_words

TONES = {Grade.THERAPEUTIC: "emerald", Grade.COMMUNICATION: "blue"}


def lines(proposed: Proposal) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((line,) for line in in_words(proposed)))


@admin.register(EvidenceDay)
class EvidenceDayPage(ClinicAdmin):
    """Which days of whose data count, and why the others do not."""

    clinic_path = "patient__tenant"
    patient_path = "patient"
    list_display = ("day", "patient", "worth", "counted", "reason")
    list_select_related = ("patient",)
    list_filter = ("grade",)
    search_fields = ("patient__first_name", "patient__last_name")
    date_hierarchy = "day"
    ordering = ("-day", "-pk")
    fields = ("patient", "day", "worth", "counted", "reason")
    readonly_fields = ("worth",)

    @admin.display(description=_("grade"), ordering="grade")
    def worth(self, row: EvidenceDay) -> SafeString:
        return badge(row.get_grade_display(), TONES.get(Grade(row.grade), "plain"))


@admin.register(TimeEntry)
class TimeEntryPage(ClinicAdmin):
    """Who spent how long on whom."""

    clinic_path = "patient__tenant"
    patient_path = "patient"
    list_display = ("started_at", "patient", "doctor", "duration", "live_contact")
    list_select_related = ("patient", "doctor")
    list_filter = ("live_contact",)
    search_fields = ("patient__first_name", "patient__last_name", "doctor__first_name", "doctor__last_name")
    date_hierarchy = "started_at"
    ordering = ("-started_at", "-pk")
    fields = ("patient", "doctor", "started_at", "duration", "live_contact", "note", "created_at")
    readonly_fields = ("duration", "created_at")

    @admin.display(description=_("duration"), ordering="seconds")
    def duration(self, entry: TimeEntry) -> str:
        return str(timedelta(seconds=entry.seconds))


class Amendments(ClinicInline):
    """What has come after the lock; the certified month stays as it was."""

    model = Amendment
    fields = ("recorded_at", "now_proposed")
    readonly_fields = fields
    ordering = ("recorded_at", "pk")

    @admin.display(description=_("what would be proposed with it"))
    def now_proposed(self, amendment: Amendment) -> SafeString:
        return lines(amendment.proposal)


@admin.register(CertifiedMonth)
class CertifiedMonthPage(ClinicAdmin):
    """Months as clinicians have certified them; the software proposes, and locks what a clinician certifies."""

    clinic_path = "patient__tenant"
    patient_path = "patient"
    can_add = True
    form = CertifyForm
    autocomplete_fields = ("patient", "certified_by")
    list_display = ("name_of_month", "patient", "codes", "certified_by", "locked_at", "amended")
    list_display_links = ("name_of_month",)
    list_select_related = ("patient", "certified_by")
    search_fields = ("patient__first_name", "patient__last_name")
    date_hierarchy = "month"
    ordering = ("-month", "-pk")
    shown = ("patient", "name_of_month", "certified_by", "recorded_by", "locked_at", "certified_as")
    readonly_fields = ("name_of_month", "certified_as")
    add_fieldsets = ((None, {"fields": (*CertifyForm.Meta.fields, "looked_at")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(amendments_count=Count("amendments"))
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else ((None, {"fields": self.shown}),)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [Amendments] if obj is not None else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.now = clock.now()
        return form

    def save_model(self, request: HttpRequest, obj: CertifiedMonth, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101
        certified = certify_month(
            patient=obj.patient,
            month=obj.month,
            certified_by=obj.certified_by,
            recorded_by=request.user,
            looked_at=form.cleaned_data["looked_at"],
            now=form.now,
        )
        obj.pk = certified.pk

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refused:  # Something happened between the last look and the lock.
            self.message_user(request, str(refused.sentence), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def noted(self, request: HttpRequest, answer: Any, page: str = "") -> Any:
        """There is no row yet, but what would be certified is the patient's."""
        shown = (getattr(answer, "context_data", None) or {}).get("adminform")
        form = getattr(shown, "form", None)
        if isinstance(form, CertifyForm) and form.shows_proposal:
            assert isinstance(request.user, User)  # noqa: S101
            asked = form.cleaned_data
            what = f"{self.opts.label_lower}.proposal"
            note_reading(reader=request.user, what=what, row=f"{asked['month']:%Y-%m}", patient=asked["patient"])
        return super().noted(request, answer, page)

    @admin.display(description=_("month"), ordering="month")
    def name_of_month(self, row: CertifiedMonth) -> str:
        return date_format(row.month, "YEAR_MONTH_FORMAT")

    @admin.display(description=_("codes"))
    def codes(self, row: CertifiedMonth) -> str:
        return " + ".join(codes_of(row.snapshot)) or str(_("none"))

    @admin.display(description=_("certified as"))
    def certified_as(self, row: CertifiedMonth) -> SafeString:
        return lines(row.snapshot)

    @admin.display(description=_("later data"), ordering="amendments_count")
    def amended(self, row: Any) -> SafeString | str:
        return badge(_("amended"), "orange") if row.amendments_count else ""
