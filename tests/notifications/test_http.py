"""What every transport over HTTP reads out of an answer or an address."""

from datetime import datetime, timedelta

import httpx
import pytest

from notifications.transports.http import is_local, retry_after
from okta import clock


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("999999999999999999999", timedelta(hours=1)),
        ("Wed, 08 Apr 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Wed, 08 Apr 2026 12:00:30", timedelta(seconds=30)),
        ("Wed, 08 Apr 2026 11:00:00 GMT", None),
        ("Wed, 08 Apr 2026 12:00:30 +99999999999999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_provider_says_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch, noon: datetime, asked: str, wait: timedelta | None
) -> None:
    monkeypatch.setattr(clock, "now", lambda: noon)

    assert retry_after(httpx.Response(429, headers={"Retry-After": asked})) == wait


def test_an_answer_may_not_say_when_to_come_back() -> None:
    assert retry_after(httpx.Response(503)) is None


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8001/x", True),
        ("http://[::1]:8001", True),
        ("http://localhost", True),
        ("https://exp.host", False),
        ("https://localhost.example.org", False),
    ],
)
def test_a_proxy_is_not_asked_for_a_provider_on_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local
