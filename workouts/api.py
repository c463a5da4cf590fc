"""The therapist's doors: sessions of connected patients, planning, and the clinic's library."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import DoctorOnly
from accounts.queries import patient_of_doctor
from okta.fields import Key, WireSerializer
from okta.paging import CURSOR, Page, page_of
from workouts import wire
from workouts.actions.plan import PlannedExercise, plan_workout
from workouts.queries import library_of, sessions_for_doctor, with_people, workout_for_doctor
from workouts.rules import COUNT_MAX, EXERCISES_MAX, SECONDS_MAX
from workouts.states import Block, ExerciseType


class ListSessions(APIView):
    """What the patients of a doctor have done."""

    permission_classes = [DoctorOnly]
    also_answers = (404,)

    class Input(WireSerializer):
        patient_id = Key(required=False)

    @extend_schema(
        operation_id="doctor_workout_sessions_list",
        parameters=[CURSOR, OpenApiParameter("patientId", int, description="Only this patient's.")],
        responses=page_of("SessionSummary", wire.SessionSummary),
    )
    def get(self, request: Request) -> Response:
        """Completed sessions of connected patients, newest first, without their exercises."""
        doctor = caller(request)
        # A plain dict: what is there and empty is wrong, not missing.
        query = self.Input(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = with_people(sessions_for_doctor(doctor))
        if patient_id := query.validated_data.get("patient_id"):
            rows = rows.filter(patient=patient_of_doctor(doctor=doctor, patient_id=patient_id))
        page = Page(request, rows, ordering=["-completed_at", "-pk"])
        return Response(page.answer(wire.summaries(page.rows)))


class ShowSession(APIView):
    """One session, planned or completed."""

    permission_classes = [DoctorOnly]

    @extend_schema(responses=wire.Session)
    def get(self, request: Request, workout_id: int) -> Response:
        """A session of a connected patient, with everything that was planned, done, felt and written."""
        return Response(wire.session(workout_for_doctor(doctor=caller(request), workout_id=workout_id)))


class PlanWorkout(APIView):
    """Ask a patient to do something."""

    permission_classes = [DoctorOnly]
    also_answers = (404,)

    class Input(WireSerializer):
        class Row(WireSerializer):
            exercise_id = Key(required=False)
            exercise_name = serializers.CharField(required=False, max_length=200)
            position = serializers.IntegerField(required=False, min_value=1, max_value=COUNT_MAX)
            exercise_block = serializers.ChoiceField(choices=Block.choices, required=False)
            exercise_type = serializers.ChoiceField(choices=ExerciseType.choices, required=False)
            planned_sets = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=COUNT_MAX)
            planned_reps = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=COUNT_MAX)
            planned_duration_seconds = serializers.IntegerField(
                required=False, allow_null=True, min_value=0, max_value=SECONDS_MAX
            )

            def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
                if ("exercise_id" in attrs) == ("exercise_name" in attrs):
                    raise serializers.ValidationError(_("Give either exerciseId or exerciseName."))
                return attrs

        patient_id = Key()
        date_scheduled = serializers.DateField()
        exercises = serializers.ListField(child=Row(), allow_empty=False, max_length=EXERCISES_MAX)

    @extend_schema(request=Input, responses={201: wire.Session})
    def post(self, request: Request) -> Response:
        """Plan a workout for a connected patient; its doctor is the caller."""
        doctor = caller(request)
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        workout = plan_workout(
            patient=patient_of_doctor(doctor=doctor, patient_id=given["patient_id"]),
            doctor=doctor,
            date_scheduled=given["date_scheduled"],
            exercises=[PlannedExercise(**row) for row in given["exercises"]],
        )
        planned = workout_for_doctor(doctor=doctor, workout_id=workout.pk)
        return Response(wire.session(planned), status=HTTP_201_CREATED)


class ListExercises(APIView):
    """The clinic's library."""

    permission_classes = [DoctorOnly]

    class Input(WireSerializer):
        search = serializers.CharField(required=False, allow_blank=True, max_length=200)

    @extend_schema(
        operation_id="exercises_list",
        parameters=[CURSOR, OpenApiParameter("search", str, description="Part of a name, in any case.")],
        responses=page_of("Exercise", wire.LibraryExercise),
    )
    def get(self, request: Request) -> Response:
        """The exercises a workout can be planned from, by name."""
        query = self.Input(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = library_of(caller(request)).filter(name__icontains=query.validated_data.get("search", ""))
        page = Page(request, rows, ordering=["name", "pk"])
        return Response(page.answer(wire.LibraryExercise(page.rows, many=True).data))
