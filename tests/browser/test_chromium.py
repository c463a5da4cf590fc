"""Which browser is taken, and what is said where there is none."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]


def executable(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a browser: nothing named, nothing on the PATH, nothing fetched."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_without_any_browser_none_is_found(nowhere: Path) -> None:
    assert chromium.find() is None


def test_a_browser_that_was_fetched_before_is_taken(nowhere: Path) -> None:
    fetched = executable(nowhere / ".cache/ms-playwright/chromium-1200/chrome-linux/chrome")

    assert chromium.find() == fetched


def test_one_on_the_path_goes_before_one_that_was_fetched(nowhere: Path) -> None:
    executable(nowhere / ".cache/ms-playwright/chromium-1200/chrome-linux/chrome")
    installed = executable(nowhere / "bin/chromium")

    assert chromium.find() == installed


def test_the_one_that_is_named_goes_before_all(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(nowhere / "bin/chromium")
    named = executable(nowhere / "elsewhere/browser")
    monkeypatch.setenv("CHROMIUM", named)

    assert chromium.find() == named


def test_a_named_one_that_is_not_there_is_not_replaced_by_another(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(nowhere / "bin/chromium")
    monkeypatch.setenv("CHROMIUM", str(nowhere / "elsewhere/browser"))

    assert chromium.find() is None


def pytest_without_a_browser(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "tests/browser/test_audits.py", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "CHROMIUM": "/nowhere/chromium"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_without_a_browser_its_tests_are_skipped_and_one_line_says_how_to_get_one() -> None:
    ran = pytest_without_a_browser()

    [line] = [line for line in ran.stdout.splitlines() if "apt-get install" in line]
    assert ran.returncode == 0
    assert re.fullmatch(r"SKIPPED \[\d\d\] tests/browser/chromium\.py:1: (.+)", line)[1] == chromium.NONE  # type: ignore[index]


def test_where_a_browser_is_required_the_run_ends_before_its_first_test() -> None:
    ran = pytest_without_a_browser("--require-browser")

    assert (ran.returncode, ran.stderr.strip()) == (4, f"ERROR: {chromium.NONE}")
