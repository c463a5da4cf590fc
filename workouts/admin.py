"""The clinic's exercises, and the sessions of its patients: planned against done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.clinic_admin import ClinicAdmin, ClinicInline
from accounts.forms import ClinicForm
from accounts.locks import lock_patient
from workouts import words
from workouts.locks import lock_workouts
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status


@admin.register(Exercise)
class ExercisePage(ClinicAdmin):
    """What the clinic's workouts are made of."""

    can_add = can_change = can_remove = True
    fields = ("tenant", "name", "exercise_type")
    list_display = ("name", "exercise_type")
    list_filter = ("exercise_type",)
    search_fields = ("name",)
    ordering = ("name", "pk")


class Planning(ClinicInline):
    """What a planned workout consists of."""

    model = ExerciseInWorkout
    can_add = can_change = can_remove = True
    autocomplete_fields = ("exercise",)
    fields = (
        "position",
        "exercise",
        "exercise_block",
        "exercise_type",
        "planned_sets",
        "planned_reps",
        "planned_duration_seconds",
    )


class Done(ClinicInline):
    """What became of the exercises of a completed workout; the patient's own words, not to be changed."""

    model = ExerciseInWorkout
    verbose_name_plural = _("exercises: planned and done")
    fields = ("what", "planned", "done", "how_it_felt", "from_patient", "from_therapist")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("exercise")

    @admin.display(description=_("exercise"))
    def what(self, row: ExerciseInWorkout) -> SafeString:
        return format_html("{}<br>{}", row, row.get_exercise_block_display())

    @admin.display(description=_("planned"))
    def planned(self, row: ExerciseInWorkout) -> str:
        return words.amount(row.planned_sets, row.planned_reps, row.planned_duration_seconds)

    @admin.display(description=_("done"))
    def done(self, row: ExerciseInWorkout) -> str:
        return words.amount(row.actual_sets, row.actual_reps, row.actual_duration_seconds)

    @admin.display(description=_("how it felt"))
    def how_it_felt(self, row: ExerciseInWorkout) -> SafeString:
        return words.felt(row)

    @admin.display(description=_("patient's note"))
    def from_patient(self, row: ExerciseInWorkout) -> SafeString:
        return words.note(row.patient_notes, by=_("Patient"), kind="patient")

    @admin.display(description=_("therapist's note"))
    def from_therapist(self, row: ExerciseInWorkout) -> SafeString:
        return words.note(row.doctor_notes_post_exercise, by=_("Therapist"), kind="therapist")


class WorkoutForm(ClinicForm):
    """A planned workout; patient and doctor are of one clinic."""

    about: ClassVar[str] = "patient"

    class Meta:
        model = Workout
        fields = ("patient", "doctor", "date_scheduled")

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        doctor = self.cleaned_data.get("doctor")
        # The doctor may be missing: what is wrong with the field has been said already.
        if doctor and self.instance.tenant_id and doctor.tenant_id != self.instance.tenant_id:
            raise forms.ValidationError({"doctor": _("Patient and doctor must belong to one clinic.")})
        return data


def hold(workouts: QuerySet[Workout]) -> list[Workout]:
    """
    Lock workouts and their patients until the transaction ends; return them fresh.

    In the order of a completion, the patients first: a workout is completed before it is judged here,
    or after what is written here.
    """
    found = list(workouts.values_list("pk", "patient_id"))
    for patient_id in sorted({patient_id for _pk, patient_id in found}):
        lock_patient(patient_id)
    return lock_workouts([pk for pk, _patient_id in found])


def delete_planned(shown: Any, request: HttpRequest, chosen: QuerySet[Workout]) -> Any:
    """Delete the chosen workouts, when that is confirmed, that are still planned then."""
    with transaction.atomic():
        rows = hold(chosen) if "post" in request.POST else list(chosen)
        planned = [row.pk for row in rows if row.status == Status.PLANNED]
        if left := len(rows) - len(planned):
            sentence = ngettext("%d was left as it is.", "%d were left as they are.", left) % left
            shown.message_user(request, sentence, messages.WARNING)
        return delete_selected(shown, request, shown.get_queryset(request).filter(pk__in=planned)) if planned else None


@admin.register(Workout)
class WorkoutPage(ClinicAdmin):
    """What patients are asked to do, and what became of it."""

    patient_path = "patient"
    can_add = True
    form = WorkoutForm
    autocomplete_fields = ("patient", "doctor")
    list_display = ("date_scheduled", "patient", "doctor", "state", "minutes", "completed_at")
    list_select_related = ("patient", "doctor")
    list_filter = ("status", "completed_via_app_entrance")
    search_fields = ("patient__first_name", "patient__last_name", "doctor__first_name", "doctor__last_name")
    date_hierarchy = "date_scheduled"
    ordering = ("-date_scheduled", "-pk")
    planned_fieldsets = ((None, {"fields": ("patient", "doctor", "date_scheduled")}),)
    completed_fieldsets = (
        (None, {"fields": ("patient", "doctor", "state", "date_scheduled")}),
        (_("Done"), {"fields": ("completed_on", "started_at", "completed_at", "minutes")}),
    )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        with self._held(request, object_id):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        with self._held(request, object_id):
            return super().delete_view(request, object_id, extra_context)

    @contextmanager
    def _held(self, request: HttpRequest, object_id: str | None) -> Iterator[None]:
        """
        Hold the workout before anything is judged that is then written; everything the page reads comes after.

        A page that writes nothing is in no transaction: who reads it stays recorded when it fails.
        """
        if request.method != "POST":
            yield
            return
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id)) if object_id else None
            if row is not None:
                hold(Workout.objects.filter(pk=row.pk))
            yield

    def get_actions(self, request: HttpRequest) -> Any:
        offered = super().get_actions(request)
        if unlocked := offered.get("delete_selected"):
            offered["delete_selected"] = (delete_planned, *unlocked[1:])
        return offered

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A planned workout may be changed; a completed one is what the patient reported."""
        return self.may_open(request) and (obj is None or obj.status == Status.PLANNED)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_open(request) and (obj is None or obj.status == Status.PLANNED)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        completed = obj is not None and obj.status == Status.COMPLETED
        return self.completed_fieldsets if completed else self.planned_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return []
        # The exercises were chosen for this patient.
        return ["patient", "state", "minutes", "completed_on", "started_at", "completed_at"]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [Done if obj is not None and obj.status == Status.COMPLETED else Planning]

    @admin.display(description=_("state"), ordering="status")
    def state(self, workout: Workout) -> SafeString:
        return words.state(workout)

    @admin.display(description=_("minutes"), ordering="duration_minutes")
    def minutes(self, workout: Workout) -> str:
        return words.minutes(workout)
