"""The door itself: what a server hands over, before any of our views."""

import io
from typing import Any

import pytest

from okta import watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The status line of a GET with this content type."""
    monkeypatch.setattr(watch.watcher, "start", lambda: None)
    from okta.wsgi import application  # noqa: PLC0415  importing it starts the watch

    def ask(content_type: str) -> str:
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/livez",
            "QUERY_STRING": "name=%D0%B1",
            "CONTENT_TYPE": content_type,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(),
            "wsgi.url_scheme": "http",
        }
        application(environ, lambda status, headers: said.append(status))
        return said[0]

    return ask


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=rot13",
        "application/json; charset=zip",
        "application/json; charset=nonsense",
        "application/json; charset=\0",
        "; charset=hex",
    ],
)
def test_no_charset_is_an_error_of_ours(answer: Any, content_type: str) -> None:
    assert answer(content_type) == "200 OK"
