"""What `./dev up` says once everything answers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import httpx

PEOPLE = {
    "patient": "patient",
    "doctor": "doctor",
    "otherDoctor": "doctor, same clinic, not connected",
    "strangerDoctor": "doctor of another clinic",
    "admin": "clinic's admin",
}
PICK_IT = """python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'"""
JSON_BODY = "-H 'Content-Type: application/json'"


def text(facts: Mapping[str, Any]) -> str:
    """The page: where it is, who may sign in, and three lines to paste."""
    url = facts["url"]
    lines = [f"\nOkta is ready at {url}", "", *sign_ins(facts["demo"]), ""]
    lines += [f"  {'API':<20}{url}/v2/docs", f"  {'Clinicians’ pages':<20}{url}/admin/"]
    lines += [f"  {'Pushes sent':<20}{facts['fakeProviderUrl']}/received"]
    if "apiKey" in facts:
        lines += [f"  {'Mobile client':<20}{url}/rest/v1/ with the key {facts['apiKey']}"]
    lines.append("")
    lines += [
        "Try it, line by line: the patient signs in, completes a workout with pain 8, the doctor sees the card.",
        "",
    ]
    try:
        lines += curl_lines(facts)
    except (httpx.HTTPError, LookupError) as problem:
        lines.append(f"  (no lines to paste: {problem!r})")
    return "\n".join([*lines, "", "Ctrl-C stops everything; the data stays."])


def sign_ins(demo: Mapping[str, Mapping[str, Any]]) -> list[str]:
    rows = [("Sign in as", "e-mail", "password")]
    rows += [(PEOPLE.get(who, who), str(one["email"]), str(one["password"])) for who, one in demo.items()]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(3)]
    return ["  " + "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def curl_lines(facts: Mapping[str, Any]) -> list[str]:
    """Three commands for any POSIX shell; the second uses what the first found out."""
    url, patient, doctor = facts["url"], facts["demo"]["patient"], facts["demo"]["doctor"]
    workout_id, exercise_id = first_exercise(facts)
    row = {"exerciseInWorkoutId": exercise_id, "pain": 8, "patientNotes": "My knee hurt on the last set."}
    body = shlex.quote(json.dumps({"durationMinutes": 20, "exercises": [row]}))
    complete = f"{url}/v2/workouts/{workout_id}/complete"
    return [
        f'TOKEN={token(url, patient)}; echo "$TOKEN"',
        f'curl -s {complete} -H "Authorization: Bearer $TOKEN" {JSON_BODY} -d {body}; echo',
        f'curl -s {url}/v2/conversations -H "Authorization: Bearer {token(url, doctor)}"; echo',
    ]


def token(url: str, person: Mapping[str, Any]) -> str:
    body = shlex.quote(json.dumps({"email": person["email"], "password": person["password"]}))
    return f"$(curl -s {url}/v2/auth/login {JSON_BODY} -d {body} | {PICK_IT})"


def first_exercise(facts: Mapping[str, Any]) -> tuple[int, int]:
    """The first planned workout and its first exercise, asked from the API as the doctor."""
    workout_id = facts["workoutIds"][0]
    doctor = facts["demo"]["doctor"]
    with httpx.Client(base_url=facts["url"], trust_env=False, timeout=10.0) as client:
        signed_in = client.post("/v2/auth/login", json={key: doctor[key] for key in ("email", "password")})
        bearer = {"Authorization": f"Bearer {signed_in.raise_for_status().json()['token']}"}
        session = client.get(f"/v2/doctor/workout-sessions/{workout_id}", headers=bearer).raise_for_status().json()
    return workout_id, session["exercises"][0]["exerciseInWorkoutId"]
