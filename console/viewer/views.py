"""The page of a session, and the notes in their places on it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.doors import form, page, part, show
from console.reader import Reader
from console.viewer.editor import Editor, editor_of, readable, save_from, writable
from console.viewer.queries import exercises_of, real_one_of_the_day, talk_with
from console.viewer.rows import head_of, parts_of, written_at
from console.viewer.strip import may_write, strip_of
from okta.clock import now as read_clock
from workouts.models import ExerciseInWorkout, Workout
from workouts.streak_queries import streak_of


@page
def session(request: HttpRequest, reader: Reader, workout_id: int) -> Any:
    """One session, planned or done, with every exercise of it."""
    return _page(request, reader, reader.workout(workout_id))


def _page(request: HttpRequest, reader: Reader, workout: Workout, editor: Editor | None = None) -> Any:
    now = read_clock()
    head = head_of(workout, reader=reader.person, streak=streak_of(patient=workout.patient, now=now), now=now)
    context = {
        "workout": workout,
        "head": head,
        "parts": parts_of(workout, exercises_of(workout), reader=reader.person, now=now),
        "told": workout.told_by_patient,
        "real": real_one_of_the_day(workout),
        "talk": talk_with(reader, workout),
        "may_write": may_write(reader, workout),
        "editor": editor,
        "strip": strip_of(reader, workout, now=now),
    }
    title = f"{workout.patient} · {date_format(head.day, 'j E Y')}"
    template = "console/viewer/page.html"
    return show(request, reader, template, title=title, context=context, about=workout.patient, row=workout.pk)


@form
def note(request: Any, reader: Reader, workout_id: int, exercise_id: int) -> Any:
    """
    A note being written in its place on the page, and saving it; ``?shown`` brings the note as it stands.

    Without htmx the whole page comes, with the editor open in it.
    """
    workout = reader.workout(workout_id)
    if request.method != "POST" and "shown" in request.GET:
        return _shown(request, reader, readable(workout, exercise_id))
    row = writable(reader, workout, exercise_id)
    editor = save_from(request.POST, reader=reader, row=row) if request.method == "POST" else editor_of(row)
    if editor is None:
        return _saved(request, reader, readable(workout, exercise_id))
    if not request.htmx:
        return _page(request, reader, workout, editor)
    context = {"workout": workout, "editor": editor}
    return part(request, reader, "console/viewer/editor.html", context=context, about=workout.patient, row=workout.pk)


def _shown(request: Any, reader: Reader, row: ExerciseInWorkout) -> Any:
    if not request.htmx:
        return HttpResponseRedirect(_place(row))
    context = _standing(reader, row, may_write=may_write(reader, row.workout), now=read_clock())
    patient, template = row.workout.patient, "console/viewer/note.html"
    return part(request, reader, template, context=context, about=patient, row=row.workout_id)


def _saved(request: Any, reader: Reader, row: ExerciseInWorkout) -> Any:
    if not request.htmx:
        messages.success(request, _("The note was saved."))
        return HttpResponseRedirect(_place(row))
    now = read_clock()
    context = _standing(reader, row, may_write=True, now=now)
    context |= {"strip": strip_of(reader, row.workout, now=now), "elsewhere": True}
    return part(request, reader, "console/viewer/saved.html", context=context)


def _standing(reader: Reader, row: ExerciseInWorkout, *, may_write: bool, now: datetime) -> dict[str, Any]:
    """A note as it stands, with the focus where writing it began."""
    written = written_at(row, row.workout, reader=reader.person, now=now)
    return {"workout": row.workout, "row": row, "written": written, "may_write": may_write, "focus": True}


def _place(row: ExerciseInWorkout) -> str:
    return f"{reverse('console:session', args=[row.workout_id])}#exercise-{row.pk}"
