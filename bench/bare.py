"""
The least a Django REST framework view can do for what the product's doors do, behind the same sign-in.

One statement and an answer: no ownership, no rules, no debt, no lock, no wake-up, no cursor.
"""

from typing import Any
from uuid import UUID

from django.db import connection
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from messaging.models import Message
from okta import clock
from okta.paging import PAGE_SIZE
from workouts.models import ExerciseInWorkout

UPSERT = """
    INSERT INTO entrances_appentrance
        (tenant_id, patient_id, local_date, zone, status, reason, opened_at, last_seen_at, visits,
         window_ends_at, answer, answer_note, last_error)
    VALUES (%s, %s, current_date, 'UTC', 'PENDING', '', now(), now(), 1, now() + interval '2 hours', '', '', '')
    ON CONFLICT (patient_id, local_date) DO UPDATE SET
        visits = entrances_appentrance.visits + 1, last_seen_at = now(), window_ends_at = now() + interval '2 hours'
    RETURNING id, local_date, window_ends_at
"""


class WriteNote(APIView):
    """The same UPDATE of the same row."""

    def patch(self, request: Request, exercise_in_workout_id: int) -> Response:
        body: Any = request.data
        text, now = body["doctorNotesPostExercise"], clock.now()
        ExerciseInWorkout.objects.filter(pk=exercise_in_workout_id).update(
            doctor_notes_post_exercise=text,
            doctor_notes_post_exercise_at=now,
            doctor_notes_post_exercise_by=caller(request),
        )
        return Response({"exerciseInWorkoutId": exercise_in_workout_id, "doctorNotesPostExercise": text, "at": now})


class LogVisit(APIView):
    """The same upsert of the same row."""

    def post(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [caller(request).tenant_id, caller(request).pk])
            pk, day, ends = cursor.fetchone()
        return Response({"status": "pending", "entrance": {"id": pk, "localDate": day, "windowEndsAt": ends}})


class MessageRow(serializers.ModelSerializer[Message]):
    senderName = serializers.CharField(source="sender.name")  # noqa: N815

    class Meta:
        model = Message
        fields = (
            *("id", "conversation", "type", "sender", "senderName"),
            *("content", "metadata", "client_message_id", "created_at"),
        )


class LastMessages(APIView):
    """The same SELECT, and as many rows rendered by a plain serializer."""

    def get(self, request: Request, conversation_id: UUID) -> Response:
        rows: Any = Message.objects.filter(conversation=conversation_id).select_related("sender").order_by("-seq")
        return Response({"results": MessageRow(rows[:PAGE_SIZE], many=True).data})
