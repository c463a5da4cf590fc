"""The patient's doors: completing a workout, what is behind them, what lies ahead."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import PatientOnly
from care.complete_workout import complete_workout
from feedback.queries import delivered_notes
from okta import clock
from okta.fields import Key, WireSerializer
from okta.paging import CURSOR, Page, page_of
from workouts import wire
from workouts.actions.complete import ExerciseReport, Report
from workouts.models import Workout
from workouts.queries import with_exercises, workout_of_patient, workouts_of_patient
from workouts.rules import COUNT_MAX, EXERCISES_MAX, MINUTES_MAX, PATIENT_NOTE_LIMIT, SCALE_MAX, SECONDS_MAX
from workouts.states import Status


class Count(serializers.IntegerField):
    """A number from 0 to ``most``, or null: not said."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=most, required=False, allow_null=True, **kwargs)


class CompleteWorkout(APIView):
    """What the patient did, and how it felt."""

    permission_classes = [PatientOnly]

    class Input(WireSerializer):
        class Row(WireSerializer):
            exercise_in_workout_id = Key()
            actual_sets = Count(COUNT_MAX)
            actual_reps = Count(COUNT_MAX)
            actual_duration_seconds = Count(SECONDS_MAX)
            pain = Count(SCALE_MAX)
            exertion = Count(SCALE_MAX)
            patient_notes = serializers.CharField(
                required=False, allow_blank=True, allow_null=True, max_length=PATIENT_NOTE_LIMIT
            )

        duration_minutes = Count(MINUTES_MAX)
        exercises = serializers.ListField(child=Row(), max_length=EXERCISES_MAX, help_text="May be empty.")

    @extend_schema(request=Input, responses=wire.Session)
    def post(self, request: Request, workout_id: int) -> Response:
        """
        Complete a workout; the therapists are told what stands out.

        Calling again changes nothing and answers the session as it stands.
        """
        patient = caller(request)
        # A second call changes nothing, so there is nothing in it that could be wrong.
        if workout_of_patient(patient=patient, workout_id=workout_id).status == Status.PLANNED:
            body = self.Input(data=request.data)
            body.is_valid(raise_exception=True)
            report = _report(body.validated_data)
            complete_workout(patient=patient, workout_id=workout_id, report=report, now=clock.now())
        [session] = _as_the_patient_sees([workout_of_patient(patient=patient, workout_id=workout_id)])
        return Response(session)


def _report(given: dict[str, Any]) -> Report:
    rows = [row | {"patient_notes": row.get("patient_notes") or ""} for row in given["exercises"]]
    return Report([ExerciseReport(**row) for row in rows], duration_minutes=given.get("duration_minutes"))


def _as_the_patient_sees(workouts: Sequence[Workout]) -> list[dict[str, Any]]:
    """Sessions with the notes that were delivered, not with those that are on their way."""
    return wire.sessions(workouts, notes=delivered_notes([workout.pk for workout in workouts]))


class _OwnSessions(APIView):
    permission_classes = [PatientOnly]
    status: Status
    ordering: Sequence[str]

    def get(self, request: Request) -> Response:
        rows: QuerySet[Workout] = with_exercises(workouts_of_patient(caller(request)).filter(status=self.status))
        page = Page(request, rows, ordering=self.ordering)
        return Response(page.answer(_as_the_patient_sees(page.rows)))


class ListCompleted(_OwnSessions):
    """What lies behind the patient."""

    status = Status.COMPLETED
    ordering = ["-completed_at", "-pk"]

    @extend_schema(operation_id="own_completed_list", parameters=[CURSOR], responses=page_of("Session", wire.Session))
    def get(self, request: Request) -> Response:
        """Own completed sessions with their exercises, newest first; inferred ones among them."""
        return super().get(request)


class ListUpcoming(_OwnSessions):
    """What lies ahead of the patient."""

    status = Status.PLANNED
    ordering = ["date_scheduled", "pk"]

    @extend_schema(operation_id="own_upcoming_list", parameters=[CURSOR], responses=page_of("Session", wire.Session))
    def get(self, request: Request) -> Response:
        """Own planned workouts with their exercises, soonest first; those of past days that were not done too."""
        return super().get(request)
