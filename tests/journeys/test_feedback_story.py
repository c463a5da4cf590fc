"""The feedback story as a new user lives it: HTTP in, worker run, message and push out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from feedback.models import NoteDelivery
from notifications.models import Device
from notifications.states import Platform
from okta import wakeups
from okta.devstack.fake_provider import FakeProvider
from okta.devstack.valkey import Valkey
from tests.feedback.steps import note_cards
from tests.live import Broker, Live, eventually
from tests.make import NOON, PASSWORD, Make

pytestmark = pytest.mark.django_db(transaction=True)

SAVES = 200
CONNECTIONS = 8


def signed_in(web: httpx.Client, user: Any) -> dict[str, str]:
    """The headers of somebody who has signed in over HTTP."""
    answer = web.post("/v2/auth/login", json={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def save_note(web: httpx.Client, exercise_id: int, text: str, headers: dict[str, str]) -> httpx.Response:
    return web.patch(
        f"/v2/exercises/exercises-in-workout/{exercise_id}/doctor-post-notes",
        json={"doctorNotesPostExercise": text},
        headers=headers,
    )


def test_from_a_painful_workout_to_the_therapists_answer(
    live: Live, make: Make, fake_provider: FakeProvider, settings: Any
) -> None:
    # The web process checks passwords as production does.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    for user in (make.pat, make.dana):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        Device.objects.create(user=user, platform=Platform.EXPO, token=f"ExponentPushToken[{user.first_name}]")
    workout = make.workout()
    first, second = workout.exercises.values_list("pk", flat=True)
    web = live.web()
    live.worker()
    live.beat()
    pat, dana = signed_in(web, make.pat), signed_in(web, make.dana)

    done = web.post(
        f"/v2/workouts/{workout.pk}/complete",
        json={
            "durationMinutes": 25,
            "exercises": [{"exerciseInWorkoutId": first, "pain": 8, "patientNotes": "Sharp at the end"}],
        },
        headers=pat,
    )
    assert (done.status_code, done.json()["status"]) == (200, "COMPLETED")

    [conversation] = web.get("/v2/conversations", headers=dana).json()["results"]
    assert (conversation["type"], conversation["unreadCount"]) == ("ONE_ON_ONE", 1)
    [card] = messages(web, conversation, dana)
    assert card["type"] == "PATIENT_FEEDBACK_SUMMARY"
    assert [(row["pain"], row["flags"]) for row in card["metadata"]["exercises"]] == [(8, ["pain", "notes"])]
    eventually(lambda: [push["body"] for push in fake_provider.received()] == ["Pat Lee reported high pain"])

    for number in range(20):
        saved = save_note(web, (first, second)[number % 2], f"Text {number}", dana)
        assert (saved.status_code, saved.json()["delivery"]["state"]) == (200, "waiting")
    eventually(lambda: len(fake_provider.received()) == 2)
    [note] = [m for m in messages(web, conversation, pat) if m["type"] == "DOCTOR_FEEDBACK_NOTE"]
    assert texts(note) == ["Text 18", "Text 19"]
    assert web.get("/v2/conversations/unread-count", headers=pat).json() == {"unreadCount": 1}
    assert fake_provider.received()[1]["body"] == "Your therapist reviewed your session"

    save_note(web, first, "On second thought", dana)
    eventually(lambda: len(fake_provider.received()) == 3)
    [note] = [m for m in messages(web, conversation, pat) if m["type"] == "DOCTOR_FEEDBACK_NOTE"]
    assert texts(note) == ["On second thought", "Text 19"]


def messages(web: httpx.Client, conversation: dict[str, Any], headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get(f"/v2/conversations/{conversation['id']}/messages", headers=headers).json()[
        "results"
    ]
    return found


def texts(note: dict[str, Any]) -> list[str]:
    return [row["doctorNotesPostExercise"] for row in note["metadata"]["exercises"]]


@pytest.fixture
def patient_live(transactional_db: None, broker: Broker, fake_provider: FakeProvider, tmp_path: Path) -> Iterator[Live]:
    """Processes whose quiet period outlasts the test: nothing is delivered before somebody says so."""
    quiet = {"FEEDBACK_QUIET_PERIOD": "600", "FEEDBACK_MAX_WAIT": "900"}
    live = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url, **quiet)
    yield live
    live.stop()


def test_two_hundred_concurrent_saves_are_one_delivery_and_one_wake_up(
    patient_live: Live, make: Make, broker: Broker, fake_provider: FakeProvider
) -> None:
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    workout = make.workout(completed_at=NOON)
    [exercise, _] = workout.exercises.values_list("pk", flat=True)
    web, headers = patient_live.web(), {"Authorization": f"Bearer {make.token(make.dana)}"}
    patient_live.worker()
    seen: set[int] = set()

    def save(number: int) -> int:
        status = save_note(web, exercise, f"Text {number}", headers).status_code
        seen.add(broker.outstanding("feedback.deliver_notes"))
        return status

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        assert set(pool.map(save, range(SAVES))) == {200}
    assert max(seen) == 1  # None is seen while a worker takes it out of the queue.
    delivery = NoteDelivery.objects.get()
    assert delivery.rev == SAVES
    assert note_cards(workout) == []

    web.post(f"/v2/doctor/feedback-deliveries/{delivery.pk}/send-now", headers=headers).raise_for_status()
    eventually(lambda: len(fake_provider.received()) == 1)
    assert note_cards(workout) == [[workout.exercises.get(pk=exercise).doctor_notes_post_exercise]]


@pytest.mark.parametrize("broken", ["refusing", "frozen"])
def test_saves_while_redis_goes_down_answer_at_once_and_are_delivered_when_it_is_back(
    make: Make, transactional_db: None, fake_provider: FakeProvider, spare_valkey: Valkey, tmp_path: Path, broken: str
) -> None:
    wakeups.breaker.close()
    workout = make.workout(completed_at=NOON)
    exercises = list(workout.exercises.values_list("pk", flat=True))
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    headers = {"Authorization": f"Bearer {make.token(make.dana)}"}
    live = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url, REDIS_URL=spare_valkey.url)
    try:
        web = live.web()
        web.timeout = httpx.Timeout(1.0)
        for number in range(30):
            if number == 10:
                began = monotonic()
                spare_valkey.freeze() if broken == "frozen" else spare_valkey.kill()
            for exercise in exercises:
                assert save_note(web, exercise, f"Text {number}", headers).status_code == 200
        # Had each of the forty asked a hung Redis, they would have waited longer than this.
        assert monotonic() - began < 40 * wakeups.REDIS_TIMEOUT
        spare_valkey.thaw() if broken == "frozen" else spare_valkey.start()
        live.worker()
        live.beat()
        eventually(lambda: note_cards(workout) == [["Text 29", "Text 29"]])
        eventually(lambda: len(fake_provider.received()) == 1)
    finally:
        live.stop()
