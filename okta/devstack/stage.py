"""The people and programs of the demo, as `./dev up --once` plays them: over HTTP and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx


class Person:
    """Somebody signed in."""

    def __init__(self, url: str, one: dict[str, Any]) -> None:
        self._client = httpx.Client(base_url=url, timeout=10.0, trust_env=False)
        credentials = {"email": one["email"], "password": one["password"]}
        token = self.ask("POST", "/v2/auth/login", credentials)["token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; raises httpx.HTTPStatusError with the answer's text for a refusal."""
        answer = self._client.request(method, path, json=body)
        if answer.is_error:
            told = f"{method} {path} answered {answer.status_code}: {answer.text[:500]}"
            raise httpx.HTTPStatusError(told, request=answer.request, response=answer)
        return answer.json()

    def all(self, path: str) -> list[Any]:
        """Every row of a paged list."""
        rows: list[Any] = []
        following: str | None = path
        while following:
            page = self.ask("GET", following)
            rows += page["results"]
            following = page["next"]
        return rows

    def cards(self, kind: str, workout_id: int) -> list[dict[str, Any]]:
        """The cards of one kind about one workout, with their conversation, in all conversations."""
        return [
            message | {"conversation": conversation}
            for conversation in self.all("/v2/conversations")
            for message in self.all(f"/v2/conversations/{conversation['id']}/messages")
            if message["type"] == kind and message["metadata"]["workoutId"] == workout_id
        ]


class MobileClient:
    """The providers' mobile client, which knows a key and four tables."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=f"{url}/rest/v1/", headers=headers, timeout=10.0, trust_env=False)

    def rows(self, query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", query).json()
        return found

    def add(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """The row as it is kept."""
        answered: list[dict[str, Any]] = self._ask("POST", table, row, "return=representation").json()
        return answered[0]

    def change(self, query: str, columns: dict[str, Any]) -> None:
        self._ask("PATCH", query, columns, "return=minimal")

    def _ask(self, method: str, path: str, body: Any = None, prefer: str = "") -> httpx.Response:
        answer = self._client.request(method, path, json=body, headers={"Prefer": prefer} if prefer else {})
        answer.raise_for_status()
        return answer


class Stage:
    """The people of the demo and the provider their phones hang on."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.patient = Person(facts["url"], facts["demo"]["patient"])
        self.doctor = Person(facts["url"], facts["demo"]["doctor"])
        self.patient_id = facts["demo"]["patient"]["id"]
        self.mobile = MobileClient(facts["url"], facts["apiKey"])
        self.promised_to: dict[str, str] = facts["followUps"]
        self._provider = facts["fakeProviderUrl"]

    def received(self) -> list[dict[str, Any]]:
        """Every push that reached the provider."""
        received: list[dict[str, Any]] = httpx.get(f"{self._provider}/received", trust_env=False).json()
        return received

    def pushes(self, kind: str, workout_id: int) -> list[dict[str, Any]]:
        """The pushes of one kind about one workout that reached the provider."""
        about = (kind, workout_id)
        return [push for push in self.received() if (push["data"].get("type"), push["data"].get("workoutId")) == about]

    def planned_workout(self) -> dict[str, Any]:
        """The first planned workout as the doctor sees it; one is planned if none is left."""
        planned = self.patient.all("/v2/workouts/patient/upcoming")
        chosen = min(planned, key=lambda one: one["dateScheduled"]) if planned else self.plan_workout()
        session: dict[str, Any] = self.doctor.ask("GET", f"/v2/doctor/workout-sessions/{chosen['id']}")
        return session

    def plan_workout(self) -> Any:
        exercise = {"exerciseBlock": "MAIN_SESSION", "exerciseType": "REPS_BASED", "plannedSets": 3, "plannedReps": 10}
        exercises = [exercise | {"exerciseName": name} for name in ("Heel slides", "Straight leg raise")]
        body = {"patientId": self.patient_id, "dateScheduled": f"{datetime.now(UTC):%F}", "exercises": exercises}
        return self.doctor.ask("POST", "/v2/doctor/workouts", body)
