"""What every transport over HTTP needs: how long to wait for an answer, and what an answer asks of us."""

import ssl
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urlsplit

import httpx

from okta import clock

# With these the slowest request ends within 18 s: see the budget of a run in actions/deliver.py.
TIMEOUT = httpx.Timeout(10.0, connect=3.0, write=5.0)
LONGEST_RETRY_AFTER = timedelta(hours=1)


@cache
def trusted() -> ssl.SSLContext:
    """The authorities this process trusts; reading their certificates for each client would cost 20 ms."""
    return httpx.create_ssl_context()


def retry_after(response: httpx.Response) -> timedelta | None:
    """How long the provider asks us to wait, given in seconds or as a date; at most an hour."""
    asked = response.headers.get("Retry-After", "")
    try:
        if asked.isdecimal():
            return min(timedelta(seconds=min(int(asked), 86_400)), LONGEST_RETRY_AFTER)
        at = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()
    return min(wait, LONGEST_RETRY_AFTER) if wait > timedelta(0) else None


def is_local(url: str) -> bool:
    """
    Whether a provider runs on this machine.

    A proxy named in the environment is for the world outside: ``trust_env=not is_local(url)``.
    """
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
