"""What the commands say to a person, and hand to the product's processes."""

import json
import subprocess
from typing import Any

import pytest

from okta.devstack import announcement, check, environment, fake_keys, once
from okta.devstack.once import Sight

FACTS: dict[str, Any] = {
    "url": "http://127.0.0.1:8000",
    "fakeProviderUrl": "http://127.0.0.1:8001",
    "workoutIds": [16],
    "demo": {
        "doctor": {"email": "dana@example.com", "password": "it's demo", "id": 1},
        "patient": {"email": "pat@example.com", "password": "demo", "id": 2},
    },
}


# Where the caller's own pushes would go, and what would sign them.
REAL = ("EXPO_PUSH_URL", "FCM_URL", "APNS_URL", "FCM_CREDENTIALS", "APNS_KEY")


@pytest.fixture
def exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcement, "first_exercise", lambda facts: (16, 61))


@pytest.mark.usefixtures("exercise")
def test_the_announcement_names_the_place_and_the_people() -> None:
    text = announcement.text(FACTS)

    assert "\nOkta is ready at http://127.0.0.1:8000\n" in text
    assert "pat@example.com" in text
    assert "http://127.0.0.1:8001/received" in text


@pytest.mark.usefixtures("exercise")
def test_the_lines_to_paste_survive_a_shell() -> None:
    shell = 'curl() { for word in "$@"; do printf "<%s>" "$word"; done; }; python3() { cat; }\n'
    lines = announcement.curl_lines(FACTS)

    done = subprocess.run(["sh", "-c", shell + "\n".join(lines)], capture_output=True, text=True, check=True)

    signed_in, completed, listed = done.stdout.splitlines()
    assert '{"email": "pat@example.com", "password": "demo"}' in signed_in
    assert f"<Authorization: Bearer {signed_in}>" in completed
    assert '"exerciseInWorkoutId": 61, "pain": 8' in completed
    assert "<http://127.0.0.1:8000/v2/conversations>" in listed
    assert '{"email": "dana@example.com", "password": "it\'s demo"}' in listed


def test_the_callers_windows_win_and_the_push_provider_is_never_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDBACK_QUIET_PERIOD", "5")
    for name in REAL:
        monkeypatch.setenv(name, "https://example.org")

    given = environment.product_environment(database_url="postgres://x", redis_url="redis://y", secret_key="z")

    assert given["FEEDBACK_QUIET_PERIOD"] == "5"
    assert [given[name] for name in REAL] == [environment.NOWHERE] * 3 + [""] * 2
    assert given["DATABASE_URL"] == "postgres://x"


def test_the_product_signs_for_the_fakes_with_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FCM_CREDENTIALS", "the operator's own")
    keys = fake_keys.shared()

    given = environment.product_environment(
        database_url="postgres://x",
        redis_url="redis://y",
        secret_key="z",
        provider_url="http://127.0.0.1:8001",
        apns_url="http://127.0.0.1:8002",
        keys=keys,
    )

    assert json.loads(given["FCM_CREDENTIALS"])["token_uri"] == "http://127.0.0.1:8001/token"
    assert (given["FCM_URL"], given["APNS_URL"]) == ("http://127.0.0.1:8001", "http://127.0.0.1:8002")
    assert given["APNS_KEY"] == keys.apple


def test_a_sight_that_is_not_as_expected_is_shown_whole() -> None:
    assert once.row(Sight("cards", 1, 1)).split() == ["ok", "cards", "1"]
    assert once.row(Sight("cards", 1, 2)).split() == ["NOT", "OK", "cards", "2", "instead", "of", "1"]


def test_a_failed_step_does_not_hide_the_next_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    steps = (check.Step("first", ["-c", "raise SystemExit(3)"]), check.Step("second", ["-c", "print('here')"]))
    monkeypatch.setattr(check, "STEPS", steps)
    monkeypatch.setenv("DATABASE_URL", "postgres://x")
    monkeypatch.setenv("REDIS_URL", "redis://y")

    code = check.main()

    shown = capfd.readouterr().out.splitlines()
    assert code == 1
    assert "here" in shown
    assert [(line.split()[0], line.split()[-1]) for line in shown[-2:]] == [("FAILED", "first"), ("passed", "second")]


@pytest.mark.parametrize(("required", "asked"), [(True, ["--require-browser"]), (False, [])])
def test_only_the_tests_are_asked_to_have_a_browser(
    required: bool, asked: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = "import sys; print('told', sys.argv[1:])"
    monkeypatch.setattr(check, "STEPS", (check.Step("style", ["-c", told]), check.Step(check.TESTS, ["-c", told])))
    monkeypatch.setenv("DATABASE_URL", "postgres://x")
    monkeypatch.setenv("REDIS_URL", "redis://y")

    check.main(require_browser=required)

    shown = capfd.readouterr().out.splitlines()
    assert [line for line in shown if line.startswith("told")] == ["told []", f"told {asked}"]
