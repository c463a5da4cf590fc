"""The therapist's doors: writing notes, and steering what is on its way to the patient."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.permissions import DoctorOnly
from accounts.queries import feature_on
from feedback.actions import steer
from feedback.actions.save_notes import save_notes
from feedback.actions.save_own_note import save_own_note
from feedback.models import NoteDelivery
from feedback.queries import IN_STATE, deliveries_of, delivery_of
from feedback.wire import (
    DeliveryRow,
    DeliveryStanding,
    NoteInput,
    NotesInput,
    SavedNote,
    SavedNoteAnswer,
    SavedNotesAnswer,
    delivery_row,
    saved_note,
    standing,
)
from okta.errors import InvalidInput
from okta.fields import WireSerializer
from okta.paging import CURSOR, Page, page_of
from workouts.models import ExerciseInWorkout, Workout
from workouts.queries import exercise_for_note, workout_for_notes


class SaveNote(APIView):
    """One note on one exercise."""

    permission_classes = [DoctorOnly]

    @extend_schema(request=NoteInput, responses=SavedNoteAnswer)
    def patch(self, request: Request, exercise_in_workout_id: int) -> Response:
        """Save, or with an empty string clear, a note; the patient gets it after the quiet period."""
        body = NoteInput(data=request.data)
        if body.is_valid():
            text = body.validated_data["doctor_notes_post_exercise"]
            saved = save_own_note(exercise_in_workout_id=exercise_in_workout_id, doctor=caller(request), text=text)
            if saved is not None:
                return Response(saved_note(exercise_in_workout_id, text, saved))
        # Who may not write here is told so, and not what is wrong with the note.
        exercise = exercise_for_note(doctor=caller(request), exercise_in_workout_id=exercise_in_workout_id)
        body.is_valid(raise_exception=True)
        texts = {exercise.pk: body.validated_data["doctor_notes_post_exercise"]}
        delivery = save_notes(workout=exercise.workout, doctor=caller(request), texts=texts)
        [note] = _saved(exercise.workout, texts)
        return Response({**note, "delivery": _standing(request, delivery)})


class SaveNotes(APIView):
    """Many notes on one workout, all or nothing."""

    permission_classes = [DoctorOnly]

    @extend_schema(request=NotesInput, responses=SavedNotesAnswer)
    def patch(self, request: Request, workout_id: int) -> Response:
        """Save notes on several exercises of a workout in one transaction."""
        workout = workout_for_notes(doctor=caller(request), workout_id=workout_id)
        body = NotesInput(data=request.data)
        body.is_valid(raise_exception=True)
        texts = _texts_of(workout, body.validated_data["notes"])
        delivery = save_notes(workout=workout, doctor=caller(request), texts=texts)
        return Response(
            {"workoutId": workout.pk, "notes": _saved(workout, texts), "delivery": _standing(request, delivery)}
        )


def _texts_of(workout: Workout, rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    known = set(workout.exercises.values_list("pk", flat=True))
    texts: dict[int, str] = {}
    wrong: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        pk = row["exercise_in_workout_id"]
        if pk not in known:
            wrong[f"notes.{index}.exerciseInWorkoutId"] = [_("This exercise is not part of the workout.")]
        elif pk in texts:
            wrong[f"notes.{index}.exerciseInWorkoutId"] = [_("This exercise is listed twice.")]
        texts[pk] = row["doctor_notes_post_exercise"]
    if wrong:
        raise InvalidInput(wrong)
    return texts


def _saved(workout: Workout, texts: dict[int, str]) -> Sequence[dict[str, Any]]:
    rows = ExerciseInWorkout.objects.filter(workout=workout, pk__in=texts)
    return [SavedNote(row).data for row in rows]


def _standing(request: Request, delivery: NoteDelivery) -> Any:
    on = feature_on(caller(request).tenant_id, FEEDBACK_NOTIFICATIONS)
    return DeliveryStanding(standing(delivery, feature_on=on)).data


class ListDeliveries(APIView):
    """The debounce the therapist can see."""

    permission_classes = [DoctorOnly]

    class Input(WireSerializer):
        state = serializers.ChoiceField(choices=[(state.value, state.label) for state in IN_STATE], required=False)

    @extend_schema(
        parameters=[CURSOR, OpenApiParameter("state", str, enum=[state.value for state in IN_STATE])],
        responses=page_of("Delivery", DeliveryRow),
    )
    def get(self, request: Request) -> Response:
        """The caller's own deliveries, newest first."""
        query = self.Input(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = deliveries_of(caller(request))
        on = feature_on(caller(request).tenant_id, FEEDBACK_NOTIFICATIONS)
        if state := query.validated_data.get("state"):
            # Where the feature is off, every delivery is off and in no other state.
            rows = rows.filter(IN_STATE[state]) if on else rows.none()
        page = Page(request, rows, ordering=["-pk"])
        return Response(
            page.answer(DeliveryRow([delivery_row(row, feature_on=on) for row in page.rows], many=True).data)
        )


class _Steer(APIView):
    permission_classes = [DoctorOnly]
    also_answers = (409,)
    step: Callable[..., None]

    @extend_schema(request=None, responses=DeliveryRow)
    def post(self, request: Request, delivery_id: int) -> Response:
        delivery_of(doctor=caller(request), delivery_id=delivery_id)
        type(self).step(delivery_id=delivery_id)
        on = feature_on(caller(request).tenant_id, FEEDBACK_NOTIFICATIONS)
        delivery = delivery_of(doctor=caller(request), delivery_id=delivery_id)
        return Response(DeliveryRow(delivery_row(delivery, feature_on=on)).data)


class SendNow(_Steer):
    """Send what is waiting or held at once."""

    step = staticmethod(steer.send_now)


class Hold(_Steer):
    """Keep what is waiting from being sent until it is resumed or sent now."""

    step = staticmethod(steer.hold)


class Resume(_Steer):
    """Let what is held go after a new quiet period."""

    step = staticmethod(steer.resume)
