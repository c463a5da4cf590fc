"""
Every door of the API, and what it answers to each of the cast.

The rows asked for are Pat's and Dana's. 401: not signed in. 403: the wrong role. 404: not yours to
know of. Lists answer 200 to everybody of the right role, without foreign rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from feedback.actions.owe_summary import owe_summary
from feedback.actions.publish_summary import publish_summary
from feedback.cards import summary_key
from messaging.models import Conversation
from notifications.models import Device, Notification
from notifications.states import Platform
from tests.entrances.steps import visit
from tests.feedback.steps import save
from tests.make import NOON, PASSWORD, TODAY, Make
from workouts.models import ExerciseInWorkout

ROLES = ("nobody", "pat", "dana", "omar", "stella")


@dataclass(frozen=True)
class World:
    """Rows for the doors to lead to: Pat's workouts, her talk with Dana, Dana's notes."""

    make: Make
    planned: Any
    done: Any
    exercise: Any
    entrance: Any
    conversation: Any
    delivery: Any
    device: Any
    notification: Any
    follow_up: Any
    failed_follow_up: Any


def build_world(make: Make) -> World:
    for clinic in (make.clinic, make.other_clinic):
        clinic.settings.features["rtmBillingDashboard"] = True
        clinic.settings.save(update_fields=["features"])
    make.pat.set_password(PASSWORD)
    make.pat.save(update_fields=["password"])
    planned, done = make.workout(on=TODAY - timedelta(days=1)), make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=done, position=1).update(pain=8)
    owe_summary(workout=done)
    publish_summary(key=summary_key(done.pk))
    conversation = Conversation.objects.get()
    return World(
        make=make,
        planned=planned,
        done=done,
        exercise=done.exercises.get(position=1),
        # The day before, whose workout is planned and not done.
        entrance=visit(make.pat, NOON - timedelta(days=1)),
        conversation=conversation,
        delivery=save(done, "Good depth"),
        device=Device.objects.create(user=make.dana, platform=Platform.EXPO, token="ExponentPushToken[dana]"),
        notification=Notification.objects.get(recipient=make.dana),
        follow_up=make.follow_up(conversation),
        failed_follow_up=make.follow_up(conversation, status="failed"),
    )


@dataclass(frozen=True)
class Door:
    """One method of one route; ``expect`` in the order of ROLES."""

    method: str
    route: str
    expect: tuple[int, int, int, int, int]
    at: Callable[[World], Mapping[str, Any]] = lambda world: {}
    body: Callable[[World], Any] = lambda world: None
    query: Callable[[World], str] = field(default=lambda world: "")


PUBLIC = (200, 200, 200, 200, 200)
MEMBERS = (401, 200, 200, 200, 200)
PATIENTS = (401, 200, 403, 403, 403)
DOCTORS = (401, 403, 200, 200, 200)
DANA = (401, 403, 200, 404, 404)
PAT_AND_DANA = (401, 200, 200, 404, 404)
DANA_ALONE = (401, 404, 200, 404, 404)
# A clinic's key opens these, and no person's token is one.
KEY_HOLDERS = (401, 401, 401, 401, 401)

EXERCISE_PATH = "/v2/exercises/exercises-in-workout/<int:exercise_in_workout_id>/doctor-post-notes"


def note(world: World) -> dict[str, Any]:
    return {"exerciseInWorkoutId": world.exercise.pk, "doctorNotesPostExercise": "Slow down"}


def newest(world: World) -> dict[str, Any]:
    return {"messageId": world.conversation.messages.latest("seq").pk}


def plan(world: World) -> dict[str, Any]:
    exercises = [{"exerciseName": "Heel slide", "plannedSets": 3, "plannedReps": 10}]
    return {"patientId": world.make.pat.pk, "dateScheduled": "2026-04-09", "exercises": exercises}


def the(name: str, attribute: str) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {name: getattr(world, attribute).pk}


def spent(world: World) -> dict[str, Any]:
    return {
        "patientId": world.make.pat.pk,
        "startedAt": "2026-04-08T09:00:00Z",
        "seconds": 600,
        "liveContact": True,
    }


def promise(world: World) -> dict[str, Any]:
    return {
        "conversationId": str(world.conversation.pk),
        "displayText": "How is it going?",
        "scheduledFor": "2026-04-09T09:00:00Z",
    }


def of_pat(world: World) -> dict[str, Any]:
    return {"patient_id": world.make.pat.pk}


API = (
    Door("GET", "/livez", PUBLIC),
    Door("GET", "/readyz", PUBLIC),
    # For whoever asks from this machine, as tests do; from elsewhere it takes a token.
    Door("GET", "/metrics", PUBLIC),
    Door("GET", "/v2/schema", PUBLIC),
    Door("GET", "/v2/docs", PUBLIC),
    Door(
        "POST",
        "/v2/auth/login",
        PUBLIC,
        body=lambda world: {"email": world.make.pat.email, "password": PASSWORD},
    ),
    Door("POST", "/v2/auth/logout", (401, 204, 204, 204, 204)),
    Door("GET", "/v2/me", MEMBERS),
    Door("PATCH", "/v2/me", MEMBERS, body=lambda world: {"language": "ru"}),
    Door("GET", "/v2/tenant/features", MEMBERS),
    Door(
        "POST",
        "/v2/workouts/<int:workout_id>/complete",
        PATIENTS,
        at=the("workout_id", "planned"),
        body=lambda world: {"durationMinutes": 20, "exercises": []},
    ),
    Door("GET", "/v2/workouts/patient/completed", PATIENTS),
    Door("GET", "/v2/workouts/patient/upcoming", PATIENTS),
    Door("POST", "/v2/app-entrances/log", PATIENTS),
    Door(
        "POST",
        "/v2/app-entrances/<int:entrance_id>/check-in",
        PATIENTS,
        at=the("entrance_id", "entrance"),
        body=lambda world: {"answer": "DONE"},
    ),
    Door("GET", "/v2/doctor/workout-sessions", DOCTORS),
    Door("GET", "/v2/doctor/workout-sessions", DANA, query=lambda world: f"?patientId={world.make.pat.pk}"),
    Door("GET", "/v2/doctor/workout-sessions/<int:workout_id>", DANA, at=the("workout_id", "done")),
    Door("POST", "/v2/doctor/workouts", (401, 403, 201, 404, 404), body=plan),
    Door("GET", "/v2/exercises", DOCTORS),
    Door("GET", "/v2/streaks", PATIENTS),
    Door("GET", "/v2/doctor/patients/<int:patient_id>/streaks", DANA, at=of_pat),
    Door("GET", "/v2/doctor/rtm", DANA, query=lambda world: f"?patientId={world.make.pat.pk}"),
    Door("POST", "/v2/doctor/rtm/time-entries", (401, 403, 201, 404, 404), body=spent),
    Door("GET", "/v2/conversations", MEMBERS),
    Door(
        "POST",
        "/v2/conversations",
        # Whom you may not know of is an invalid participant, whether they exist or not.
        (401, 400, 200, 400, 400),
        body=lambda world: {"participantIds": [world.make.pat.pk]},
    ),
    Door("GET", "/v2/conversations/unread-count", MEMBERS),
    Door(
        "GET",
        "/v2/conversations/<uuid:conversation_id>/messages",
        PAT_AND_DANA,
        at=the("conversation_id", "conversation"),
    ),
    Door(
        "POST",
        "/v2/conversations/<uuid:conversation_id>/messages",
        (401, 201, 201, 404, 404),
        at=the("conversation_id", "conversation"),
        body=lambda world: {"content": "How are you?"},
    ),
    Door(
        "POST",
        "/v2/conversations/<uuid:conversation_id>/read",
        PAT_AND_DANA,
        at=the("conversation_id", "conversation"),
        body=newest,
    ),
    Door(
        "POST",
        "/v2/devices",
        (401, 201, 201, 201, 201),
        body=lambda world: {"platform": "EXPO", "token": "ExponentPushToken[new]"},
    ),
    Door("DELETE", "/v2/devices/<int:device_id>", (401, 404, 204, 404, 404), at=the("device_id", "device")),
    Door("GET", "/v2/web-push/key", MEMBERS),
    # Text messages are off until the installation has an account for them.
    Door("POST", "/v2/sms/inbound", (404, 404, 404, 404, 404)),
    Door("GET", "/v2/notifications", MEMBERS),
    Door("POST", "/v2/notifications/<int:notification_id>/read", DANA_ALONE, at=the("notification_id", "notification")),
    Door("PATCH", EXERCISE_PATH, DANA, at=the("exercise_in_workout_id", "exercise"), body=note),
    Door(
        "PATCH",
        "/v2/exercises/workouts/<int:workout_id>/exercises/doctor-post-notes",
        DANA,
        at=the("workout_id", "done"),
        body=lambda world: {"notes": [note(world)]},
    ),
    Door("GET", "/v2/follow-ups", DOCTORS),
    Door("GET", "/v2/follow-ups", DANA, query=lambda world: f"?conversationId={world.conversation.pk}"),
    Door("POST", "/v2/follow-ups", (401, 403, 201, 404, 404), body=promise),
    Door(
        "PATCH",
        "/v2/follow-ups/<uuid:follow_up_id>",
        DANA,
        at=the("follow_up_id", "follow_up"),
        body=lambda world: {"urgency": "urgent"},
    ),
    Door("POST", "/v2/follow-ups/<uuid:follow_up_id>/cancel", DANA, at=the("follow_up_id", "follow_up")),
    Door(
        "POST",
        "/v2/follow-ups/<uuid:follow_up_id>/retry",
        DANA,
        at=the("follow_up_id", "failed_follow_up"),
        body=lambda world: {"channel": "in_app"},
    ),
    Door("GET", "/v2/doctor/feedback-deliveries", DOCTORS),
    *(
        Door(
            "POST",
            f"/v2/doctor/feedback-deliveries/<int:delivery_id>/{verb}",
            DANA,
            at=the("delivery_id", "delivery"),
        )
        for verb in ("send-now", "hold", "resume")
    ),
    *(
        Door(method, f"/rest/v1/{table}", KEY_HOLDERS)
        for table, methods in {
            "follow_up_requests": ("GET", "POST", "PATCH"),
            "follow_up_messages": ("GET", "POST", "PATCH"),
            "provider_review_requests": ("GET", "PATCH"),
            "providers": ("GET", "POST", "PATCH"),
            # Every other table, and however it is asked for.
            "": ("GET", "POST", "PUT", "PATCH", "DELETE"),
        }.items()
        for method in methods
    ),
)
