"""Streaks, for the patient and for the doctors connected to them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import DoctorOnly, PatientOnly
from accounts.queries import patient_of_doctor
from okta import clock
from okta.fields import WireSerializer
from workouts.streak_queries import streak_of


class Streaks(WireSerializer):
    """Streaks as they are today in the patient's zone; weeks run Monday to Sunday."""

    daily_streak = serializers.IntegerField(help_text="Workout days in the current streak.")
    weekly_streak = serializers.IntegerField(help_text="Weeks in a row that reached the target.")
    longest_daily_streak = serializers.IntegerField()
    longest_weekly_streak = serializers.IntegerField()
    days_off_per_week = serializers.IntegerField()
    rest_days_used = serializers.IntegerField(help_text="Days of this week the streak has been through without one.")
    rest_days_remaining = serializers.IntegerField()
    weekly_workout_days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), help_text="This week's; 0 is Sunday."
    )
    weekly_minutes = serializers.IntegerField(help_text="This week's.")
    weekly_minutes_target = serializers.IntegerField()
    week_streak_active_since = serializers.IntegerField(
        min_value=0,
        max_value=6,
        allow_null=True,
        help_text="The day of this week since when the streak is active: 0 is Sunday; null without one.",
    )
    last_workout_on = serializers.DateField(allow_null=True)


class OwnStreaks(APIView):
    """The patient's own streaks."""

    permission_classes = [PatientOnly]

    @extend_schema(responses=Streaks)
    def get(self, request: Request) -> Response:
        """How regular the caller's exercise has been."""
        return Response(Streaks(streak_of(patient=caller(request), now=clock.now())).data)


class PatientStreaks(APIView):
    """The streaks of a doctor's patient."""

    permission_classes = [DoctorOnly]

    @extend_schema(responses=Streaks)
    def get(self, request: Request, patient_id: int) -> Response:
        """How regular a connected patient's exercise has been."""
        patient = patient_of_doctor(doctor=caller(request), patient_id=patient_id)
        return Response(Streaks(streak_of(patient=patient, now=clock.now())).data)
