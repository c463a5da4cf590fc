"""Writing a note in its place: who may, what is wrong with it, and whether it was changed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from console.reader import Reader
from console.viewer.queries import exercise_of
from feedback.actions.save_notes import NoteChanged, save_notes
from feedback.queries import is_sent
from feedback.rules import fingerprint
from feedback.wire import NoteInput
from okta.errors import Forbidden, NotFound
from workouts.models import ExerciseInWorkout, Workout
from workouts.queries import exercise_for_note
from workouts.rules import NOTE_LIMIT


@dataclass(frozen=True, slots=True)
class Editor:
    """
    A note being written: ``begun`` tells the note that stood when that began from every other.

    ``changed``: another note was saved meanwhile; it is shown, and ``begun`` is told from it now.
    """

    row: ExerciseInWorkout
    text: str
    begun: str
    wrong: str = ""
    changed: bool = False
    most: int = NOTE_LIMIT


def editor_of(row: ExerciseInWorkout) -> Editor:
    """An editor in which the note stands as it is."""
    return Editor(row, text=row.doctor_notes_post_exercise, begun=fingerprint(row.doctor_notes_post_exercise))


def writable(reader: Reader, workout: Workout, exercise_id: int) -> ExerciseInWorkout:
    """
    An exercise of a session the reader may write a note on, as ``exercise_for_note`` has it.

    :raises Http404: when there is no such exercise for this reader.
    :raises PermissionDenied: when it is there to be read only.
    """
    row = readable(workout, exercise_id)
    if not reader.is_doctor:
        raise PermissionDenied
    try:
        exercise_for_note(doctor=reader.person, exercise_in_workout_id=row.pk)
    except NotFound:
        raise Http404 from None
    except Forbidden:
        raise PermissionDenied from None
    return row


def readable(workout: Workout, exercise_id: int) -> ExerciseInWorkout:
    """
    An exercise of a session.

    :raises Http404: when it is not part of it.
    """
    row = exercise_of(workout, exercise_id)
    if row is None:
        raise Http404
    return row


def save_from(form: Mapping[str, str], *, reader: Reader, row: ExerciseInWorkout) -> Editor | None:
    """
    Save what the form says, as the API would; the editor again if that cannot be.

    Nothing is saved where nothing was changed and the patient has it: they would be told again of the same words.
    """
    typed = {"doctorNotesPostExercise": _lines(form["text"])} if "text" in form else {}
    body, begun = NoteInput(data=typed), form.get("begun", "")
    if not body.is_valid():
        wrong = " ".join(str(error) for errors in body.errors.values() for error in errors)
        return Editor(row, text=typed.get("doctorNotesPostExercise", ""), begun=begun, wrong=wrong)
    text: str = body.validated_data["doctor_notes_post_exercise"]
    if text == _lines(row.doctor_notes_post_exercise) and _needs_no_save(reader.person, row):
        return None
    try:
        save_notes(workout=row.workout, doctor=reader.person, texts={row.pk: text}, begun={row.pk: begun})
    except NoteChanged:
        stands = readable(row.workout, row.pk)
        return Editor(stands, text=text, begun=fingerprint(stands.doctor_notes_post_exercise), changed=True)
    return None


def _needs_no_save(doctor: User, row: ExerciseInWorkout) -> bool:
    """Whether a note that stays as it is may be left alone: there is none, or it is the doctor's own and was sent."""
    if not row.doctor_notes_post_exercise:
        return True
    author = row.doctor_notes_post_exercise_by_id or row.workout.doctor_id
    return author == doctor.pk and is_sent(doctor=doctor, workout=row.workout)


def _lines(text: str) -> str:
    """A browser ends lines as nobody else does."""
    return text.replace("\r\n", "\n")
