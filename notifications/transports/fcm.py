"""
Firebase Cloud Messaging, which reaches Android and the web, and Apple's devices through Apple.

Wire format: firebase.google.com/docs/reference/fcm/rest/v1/projects.messages (send, ErrorCode).
One message a request; an accepted message is not heard of again.
"""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx
from django.conf import settings

from notifications.rules import apple_collapse_id
from notifications.transports.base import Accepted, Outcome, Outgoing, Receipt, Refused, TryAgain
from notifications.transports.credentials import secret
from notifications.transports.google_access import Access, service_account
from notifications.transports.http import TIMEOUT, is_local, retry_after, trusted
from notifications.transports.one_each import AT_ONCE, Down, ask_each, judge_together

CODE = re.compile(r"[A-Z_]{1,64}")
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
DEVICE_GONE = "UNREGISTERED"
INVALID = "INVALID_ARGUMENT"
# Google's access to Apple or to a browser's service: no fault of this message, nor of all others.
THIRD_PARTY = "THIRD_PARTY_AUTH_ERROR"
INVALID_TOKEN = "The registration token is not a valid FCM registration token"  # noqa: S105
# The statuses by which a server blames what is in the request, not the server or our access.
SPOILT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


class FcmTransport:
    """Sends to registration tokens of Firebase; there are no receipts."""

    batch_size = AT_ONCE
    receipts_size = 1000

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        account = service_account(secret("FCM_CREDENTIALS", begins="{"))
        base = settings.FCM_URL.rstrip("/")
        with httpx.Client(timeout=TIMEOUT, trust_env=not is_local(base), verify=trusted()) as client:
            access = Access(account, client)
            url = f"{base}/v1/projects/{account.project_id}/messages:send"
            answers = ask_each(lambda outgoing: _send(client, access, url, outgoing), batch)
        return judge_together(answers)

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        return {}


def message(outgoing: Outgoing) -> dict[str, Any]:
    """The body of one request."""
    apple = {
        "headers": {
            "apns-collapse-id": apple_collapse_id(outgoing.collapse_id),
            "apns-priority": "10" if outgoing.urgent else "5",
        },
        "payload": {"aps": {"sound": "default"}},
    }
    return {
        "message": {
            "token": outgoing.token,
            "notification": {"title": outgoing.title, "body": outgoing.body},
            "data": {key: value if isinstance(value, str) else _json(value) for key, value in outgoing.data.items()},
            "android": {
                # Collapses what is under way; the tag, what is shown.
                "collapse_key": outgoing.collapse_id,
                "priority": "HIGH" if outgoing.urgent else "NORMAL",
                "notification": {"tag": outgoing.collapse_id, "sound": "default"},
            },
            "apns": apple,
        }
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _send(client: httpx.Client, access: Access, url: str, outgoing: Outgoing) -> Outcome | Down:
    """Send one message; a token that Google no longer takes is renewed once."""
    content = _json(message(outgoing)).encode()
    refused: str | None = None
    while True:
        token = access.token(refused=refused)
        if isinstance(token, Down):
            return token
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        response = client.post(url, content=content, headers=headers)
        outcome = judge(response)
        if response.status_code != HTTPStatus.UNAUTHORIZED or refused or not isinstance(outcome, Down):
            return outcome
        refused = token


def judge(response: httpx.Response) -> Outcome | Down:
    """What an answer says of the message, or of Google."""
    answer = _read(response)
    if response.status_code == HTTPStatus.OK:
        return Accepted() if "name" in answer else Down("malformed answer")
    error = _mapping(answer.get("error"))
    details = [_mapping(detail) for detail in error.get("details") or []]
    code = _code(error, details) or f"HTTP {response.status_code}"
    if code == DEVICE_GONE:
        return Refused(code, retire_device=True)
    if code == INVALID or response.status_code in SPOILT:
        return Refused(code, retire_device=_blames_token(error, details))
    if code == "SENDER_ID_MISMATCH":
        return Refused(code)
    return TryAgain(code) if code == THIRD_PARTY else Down(code, retry_after(response))


def _read(response: httpx.Response) -> Mapping[str, Any]:
    try:
        return _mapping(response.json())
    except ValueError:
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _code(error: Mapping[str, Any], details: Sequence[Mapping[str, Any]]) -> str:
    """FCM's own code, else that of Google's APIs; the message beside it may quote what we sent."""
    codes = [detail.get("errorCode") for detail in details if detail.get("@type") == FCM_ERROR]
    return next((code for code in [*codes, error.get("status")] if isinstance(code, str) and CODE.fullmatch(code)), "")


def _blames_token(error: Mapping[str, Any], details: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an invalid argument is the token: Google says so in a field, or in its sentence alone."""
    fields = [_mapping(field).get("field") for detail in details for field in detail.get("fieldViolations") or []]
    return "message.token" in fields or error.get("message") == INVALID_TOKEN
