"""`./dev check`: everything the build checks, all of it even after a failure, with a summary."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from okta.devstack import environment

# `check --deploy` looks at the settings a clinic would run with …
AS_DEPLOYED = {
    "DJANGO_SETTINGS_MODULE": "okta.settings",
    "PUBLIC_URL": "https://okta.example",
    "ALLOWED_HOSTS": "okta.example",
}
# … and lets no warning pass, but for the two about HSTS that only the owner of a domain can decide.
CHECK_DEPLOYED = """
import django
from django.conf import settings
from django.core.management import call_command
django.setup()
settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "security.W005", "security.W021"]
call_command("check", deploy=True, fail_level="WARNING")
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One command, run by the Python of .venv in the root of the checkout."""

    name: str
    arguments: list[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    passed: bool
    seconds: float


LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

TESTS = "tests"
STEPS = (
    Step("style", ["-m", "ruff", "check", ".", "dev"]),
    Step("format", ["-m", "ruff", "format", "--check", ".", "dev"]),
    Step("types", ["-m", "mypy"]),
    Step("types of ./dev", ["-m", "mypy", "--config-file=", "--strict", "dev"]),
    Step("layers", ["-c", LINT_IMPORTS]),
    Step("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    Step("deployment", ["-c", CHECK_DEPLOYED], AS_DEPLOYED),
    Step(TESTS, ["-m", "pytest"]),
    Step("faults", ["-m", "bench.faults", "--quick"]),
)


def main(*, require_browser: bool = False) -> int:
    """
    Run every step on one set of throw-away servers; 0 only if all passed.

    Without a browser its tests are skipped, or with ``require_browser`` the tests fail.
    """
    options = {TESTS: ["--require-browser"]} if require_browser else {}
    with environment.throwaway() as variables:
        outcomes = [run(step, variables, *options.get(step.name, ())) for step in STEPS]
    print("\n" + "\n".join(summary(outcomes)), flush=True)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def run(step: Step, variables: Mapping[str, str], *options: str) -> Outcome:
    print(f"\n── {step.name}", flush=True)
    began = time.monotonic()
    command = [sys.executable, *step.arguments, *options]
    done = subprocess.run(command, cwd=environment.ROOT, env={**variables, **step.variables}, check=False)
    return Outcome(step.name, done.returncode == 0, time.monotonic() - began)


def summary(outcomes: list[Outcome]) -> list[str]:
    return [
        f"{'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:6.1f} s  {outcome.name}" for outcome in outcomes
    ]
