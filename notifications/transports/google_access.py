"""
Access tokens for a Google service account (RFC 7523): minted for an hour, kept until shortly before.

google-auth signs and reads; the requests are ours, so that they are made once and end in time.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from typing import Any

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials

from notifications.transports.base import TransportDown
from notifications.transports.http import retry_after
from notifications.transports.one_each import Down

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
CODE = re.compile(r"[a-z_]{1,64}")
UNUSABLE = (GoogleAuthError, ValueError, TypeError, AttributeError, KeyError, UnsupportedAlgorithm)


@lru_cache(maxsize=4)
def service_account(text: str) -> Credentials:
    """
    The account a JSON file of Google's describes; the same object, and token, for the same text.

    :raises TransportDown: it describes none.
    """
    try:
        info = json.loads(text)
        account: Credentials = Credentials.from_service_account_info(info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except UNUSABLE as error:
        raise TransportDown("FCM_CREDENTIALS is not a service account's JSON") from error
    if not account.project_id:
        raise TransportDown("FCM_CREDENTIALS names no project")
    return account


class Access:
    """
    The access token for one batch, shared by the threads that send it.

    Whoever comes first mints what is missing; once that failed, nobody asks again.
    """

    def __init__(self, account: Credentials, client: httpx.Client) -> None:
        self._account = account
        self._client = client
        self._lock = Lock()
        self._failed: Down | None = None

    def token(self, *, refused: str | None = None) -> str | Down:
        """A token that still lasts, and is not the one that was ``refused``."""
        with self._lock:
            if self._failed is None and (not self._account.valid or self._account.token == refused):
                self._failed = self._mint()
            return self._failed or str(self._account.token)

    def _mint(self) -> Down | None:
        try:
            self._account.refresh(self._ask)  # type: ignore[no-untyped-call]
        except _NotMinted as error:
            return error.down
        except httpx.RequestError as error:
            return Down(type(error).__name__)
        except UNUSABLE:
            return Down("malformed access token")
        return None

    def _ask(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> "_Minted":
        """Make the request google-auth composed; anything but success ends here, without its own repetitions."""
        response = self._client.request(method, url, content=body, headers=headers)
        if response.status_code != HTTPStatus.OK:
            raise _NotMinted(Down(_code(response), retry_after(response)))
        return _Minted(response)


class _NotMinted(Exception):
    def __init__(self, down: Down) -> None:
        super().__init__(down.reason)
        self.down = down


class _Minted:
    """An answer as google-auth reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.data = response.content


def _code(response: httpx.Response) -> str:
    """The error code of OAuth; what is said beside it names the account."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    code = answer.get("error") if isinstance(answer, dict) else None
    known = isinstance(code, str) and CODE.fullmatch(code)
    return f"access token: {code if known else f'HTTP {response.status_code}'}"
