"""The compose file and its example of an environment keep up with the settings."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()

READ_BY_SETTINGS = set(
    re.findall(r'\benv(?:_seconds|\.\w+)\(\s*"([A-Z_]+)"', (ROOT / "okta" / "settings.py").read_text())
)
# Decided by the compose file or the image, or of use to developers only.
NOT_FOR_OPERATORS = {
    "DATABASE_URL",
    "DEBUG",
    "HEARTBEAT_EVERY",
    "PUSH_TRANSPORT_EXPO",
    "REDIS_URL",
    "STATIC_FROM_APPS",
    "STATIC_ROOT",
}


@pytest.mark.parametrize("name", sorted(READ_BY_SETTINGS - NOT_FOR_OPERATORS))
def test_an_operator_finds_and_may_set_every_setting(name: str) -> None:
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)
    for service in ("web", "worker", "beat", "migrate"):
        assert name in COMPOSE["services"][service]["environment"]


def test_no_example_names_a_setting_nobody_reads() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert named - READ_BY_SETTINGS == {"POSTGRES_PASSWORD", "OKTA_DATABASE_PASSWORD", "WEB_PORT"}


def test_the_example_holds_no_secret() -> None:
    secrets = re.findall(r"^(SECRET_KEY|\w+PASSWORD)=(.*)$", EXAMPLE, re.MULTILINE)

    assert secrets
    assert not any(value for _, value in secrets)


@pytest.mark.parametrize("service", ["postgres", "valkey", "web", "worker", "beat"])
def test_every_lasting_service_says_whether_it_is_well(service: str) -> None:
    assert COMPOSE["services"][service]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
