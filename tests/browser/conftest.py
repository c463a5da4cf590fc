"""
A real Chromium before a real web process, over the database of the test run.

Starting either takes its time, so all tests share one web process, and the tests of a module one browser and
one world of rows. Tests come with a fixture ``world`` of their own making, or with ``live`` processes.
"""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser import chromium
from tests.browser.windows import Windows
from tests.live import Live

PATIENCE = 15_000
"""ms"""


@pytest.fixture(scope="package")
def chromium_path() -> str:
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.NONE)
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Without a browser, let all tests be skipped at one place: one line is read, one for each test is not."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and chromium.NONE in report.longrepr[2]:
        report.longrepr = (str(Path(chromium.__file__)), 1, chromium.NONE)
    return report


@pytest.fixture(scope="package")
def address(chromium_path: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Where the web process listens that all tests share."""
    with tempfile.TemporaryDirectory() as logs, django_db_blocker.unblock():
        # Nobody watches over sweeps that nobody runs here: alerts of it would come and go among the rows.
        live = Live(Path(logs), OKTA_WATCH_EVERY="86400")
        yield str(live.web().base_url)
        live.stop()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # What is late on a busy machine is not missing; where being late matters, the test says how late.
        expect.set_options(timeout=PATIENCE)
        # Playwright's plain functions keep an event loop running in this thread, and Django takes everything
        # done here for asynchronous code. It is not: nothing else runs while a test asks the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright
        # Where a loop runs, Django keeps connections apart from those of the other tests; nobody would find them.
        connections.close_all()


@pytest.fixture(scope="module")
def browser(chromium_path: str, playwright: Playwright) -> Iterator[Browser]:
    """A browser that knows nobody: its profile is new, empty and thrown away."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=chromium.FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def db(address: str, browser: Browser, django_db_blocker: Any) -> Iterator[None]:
    """The database for all tests of a module together; a transaction would hide the rows from the web process."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def lasting_windows(browser: Browser, address: str) -> Iterator[Windows]:
    yield Windows(browser, address)
    # Before its rows are gone: a page that is open goes on asking for news.
    browser.close()


@pytest.fixture
def windows(lasting_windows: Windows) -> Iterator[Windows]:
    """Windows in which nothing may go wrong."""
    lasting_windows.troubles.clear()
    yield lasting_windows
    assert lasting_windows.troubles == []
