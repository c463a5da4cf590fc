"""Pages of the admin over patients' rows: it is recorded who is shown them, and only then they are rendered."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.readings import log_reading, note_reading, note_reading_of_stranger
from accounts.states import UserType

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Page = ModelAdmin[Any]
else:
    _Page = object

OWN = "patient"
ITSELF = "pk"


def patient_at(row: Any, path: str) -> int | None:
    """
    The key of the patient at the end of ``path``; None where it ends at somebody else, or nowhere.

    A last step called "patient" is a patient or nobody, and never fetched. Anybody else's role is asked.
    """
    *way, last = path.split("__")
    for step in way:
        row = getattr(row, step)
    if last == OWN:
        key: int | None = row.patient_id
        return key
    person = row if last == ITSELF else getattr(row, last)
    return person.pk if person.user_type == UserType.PATIENT else None


def picked_out(context: Mapping[str, Any]) -> Collection[Any]:
    """
    The rows of a list that somebody asked for by more than the list itself offers; none of any other list.

    A list offers its filters, its days and its search, and everybody's rows; whoever writes into its address
    whose rows they want wants to read about somebody.
    """
    listed = context.get("cl")
    if listed is None:
        chosen: Collection[Any] = context.get("queryset", ())  # Ticked, to be deleted when that is confirmed.
        return chosen
    offered = {name for spec in listed.filter_specs for name in spec.expected_parameters()}
    offered |= {f"{listed.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    rows: Collection[Any] = listed.result_list if set(listed.get_filters_params()) - offered else ()
    return rows


class NotedPages(_Page):
    """
    Pages that show one row, and lists of one patient's, whatever they were asked by; a redirection shows nothing.

    ``patient_path`` is the lookup from a row to the person it is about, "pk" for a row that is a person;
    empty where no row is about a patient. Those of other people, and of nobody, are said in the log alone,
    unless every row is ``always_about_a_patient``: then nobody is a patient whom we do not know.
    """

    patient_path: ClassVar[str] = ""
    always_about_a_patient: ClassVar[bool] = False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row with the way to its patient, so that noting whose it is asks nothing more."""
        *way, last = self.patient_path.split("__")
        joined = way if last in ("", OWN, ITSELF) else [*way, last]
        rows = self.get_queryset(request)
        key: Any = self.opts.pk if from_field is None else self.opts.get_field(from_field)
        try:
            found = key.to_python(object_id)
            return (rows.select_related("__".join(joined)) if joined else rows).get(**{key.name: found})
        except (self.model.DoesNotExist, ValidationError, ValueError):
            return None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return self.noted(request, super().history_view(request, object_id, extra_context), page="history")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return self.noted(request, super().delete_view(request, object_id, extra_context), page="delete")

    def own_page(self, request: HttpRequest, template: str, *, about: models.Model, context: Mapping[str, Any]) -> Any:
        """A page that is no form of one row's fields, in the frame of the others; ``about`` says whose data it is."""
        standing = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, "original": about}
        return self.noted(request, TemplateResponse(request, template, {**standing, **context}))

    def noted(self, request: HttpRequest, answer: Any, page: str = "") -> Any:
        """
        The answer, not rendered yet; it is recorded who is going to be shown the row in it.

        ``page`` tells pages over the same row apart.
        """
        context = getattr(answer, "context_data", None) or {}
        row = context.get("original") or context.get("object")
        if row is not None:
            self._note_reading(request, row, page)
        return answer

    def _note_reading(self, request: HttpRequest, row: Any, page: str) -> None:
        assert isinstance(request.user, User)  # noqa: S101
        what = f"{self.opts.label_lower}.{page}".rstrip(".")
        patient = patient_at(row, self.patient_path) if self.patient_path else None
        if patient is not None:
            note_reading(reader=request.user, what=what, row=row.pk, patient=patient)
        elif self.always_about_a_patient:
            note_reading_of_stranger(reader=request.user, what=what, row=row.pk, clinic=row.tenant_id)
        else:
            log_reading(reader=request.user, what=what, row=row.pk)

    def noted_list(self, request: HttpRequest, answer: Any) -> Any:
        """The answer, after it is recorded who is shown the rows of one patient alone in it."""
        rows = picked_out(getattr(answer, "context_data", None) or {}) if self.patient_path else ()
        patients = {patient_at(row, self.patient_path) for row in rows}
        if not self.always_about_a_patient:
            patients.discard(None)
        if len(patients) == 1:
            self._note_reading_of_list(request, patients.pop(), rows)
        return answer

    def _note_reading_of_list(self, request: HttpRequest, patient: int | None, rows: Collection[Any]) -> None:
        assert isinstance(request.user, User)  # noqa: S101
        what = f"{self.opts.label_lower}.list"
        if patient is not None:
            note_reading(reader=request.user, what=what, row=patient, patient=patient)
            return
        for clinic in {row.tenant_id for row in rows}:
            note_reading_of_stranger(reader=request.user, what=what, row="", clinic=clinic)
