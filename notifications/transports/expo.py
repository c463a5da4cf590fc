"""
Expo's push service, which hands pushes on to Apple and Google.

Wire format: docs.expo.dev/push-notifications/sending-notifications. A *ticket* says that Expo took
a message, a *receipt*, asked for later, whether Apple or Google did.
"""

import gzip
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from django.conf import settings

from notifications.transports.base import (
    Accepted,
    BatchRefused,
    Delivered,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    TransportDown,
    TryAgain,
)
from notifications.transports.http import TIMEOUT, is_local, retry_after, trusted
from notifications.transports.one_each import Down, ask_each

Good = TypeVar("Good")

SEND = "/--/api/v2/push/send"
RECEIPTS = "/--/api/v2/push/getReceipts"
PACK_ABOVE_BYTES = 1024
DEVICE_GONE = "DeviceNotRegistered"
# Waiting does not help these; everything else, also what Expo may invent, is worth another try.
PERMANENT = {DEVICE_GONE, "MessageTooBig", "MismatchSenderId", "InvalidCredentials"}
# The statuses by which a server blames what is in the request, not the server or our access.
SPOILT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


class ExpoTransport:
    """Sends to devices whose token looks like ``ExponentPushToken[…]``."""

    batch_size = 100
    receipts_size = 1000

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        tickets = _post(SEND, [_message(outgoing) for outgoing in batch])
        if not isinstance(tickets, list) or len(tickets) != len(batch):
            # Which ticket belongs to which push is unknown: repeat them all, under the same collapse ids.
            raise TransportDown("not one ticket for each message")
        return [_outcome(ticket, _accepted) for ticket in tickets]

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        try:
            found = _post(RECEIPTS, {"ids": list(tickets)})
        except BatchRefused as refused:
            raise TransportDown(refused.reason) from refused
        if not isinstance(found, dict):
            raise TransportDown("not a map of receipts")
        return {ticket: _outcome(found[ticket], _delivered) for ticket in tickets if ticket in found}


def _message(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "to": outgoing.token,
        "title": outgoing.title,
        "body": outgoing.body,
        "data": dict(outgoing.data),
        "sound": "default",
        "priority": "high" if outgoing.urgent else "default",
        # Collapses what is under way, and on iOS what is shown; on Android the tag does the latter.
        "collapseId": outgoing.collapse_id,
        "tag": outgoing.collapse_id,
    }


def _accepted(ticket: dict[str, Any]) -> Accepted:
    return Accepted(str(ticket.get("id") or ""))


def _delivered(_receipt: dict[str, Any]) -> Delivered:
    return Delivered()


def _outcome(answer: Any, good: Callable[[dict[str, Any]], Good]) -> Good | Refused | TryAgain:
    if not isinstance(answer, dict):
        return TryAgain("malformed answer")
    if answer.get("status") == "ok":
        return good(answer)
    # The message beside the code quotes the token; the code alone is kept.
    details = answer.get("details")
    code = str(details.get("error") or "unknown error") if isinstance(details, dict) else "unknown error"
    return Refused(code, retire_device=code == DEVICE_GONE) if code in PERMANENT else TryAgain(code)


def _post(path: str, body: Any) -> Any:
    """
    Post to Expo and return the ``data`` of its answer.

    :raises TransportDown: no usable answer, or one that blames the server, our pace or our access.
    :raises BatchRefused: an answer that blames what we sent.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.EXPO_ACCESS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.EXPO_ACCESS_TOKEN}"
    content = json.dumps(body, ensure_ascii=False).encode()
    if len(content) > PACK_ABOVE_BYTES:
        content = gzip.compress(content)
        headers["Content-Encoding"] = "gzip"
    url = settings.EXPO_PUSH_URL.rstrip("/") + path
    # Time-outs bound each step of a request; asked for like one of several, a trickling answer is bounded too.
    [response] = ask_each(
        lambda content: httpx.post(
            url, content=content, headers=headers, timeout=TIMEOUT, trust_env=not is_local(url), verify=trusted()
        ),
        [content],
    )
    if isinstance(response, Down | TryAgain):
        raise TransportDown(response.reason)
    return _data(response)


def _data(response: httpx.Response) -> Any:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    code = _code(answer) or f"HTTP {response.status_code}"
    if response.status_code in SPOILT:
        raise BatchRefused(code)
    if response.status_code != HTTPStatus.OK:
        raise TransportDown(code, retry_after(response), over_this=response.is_server_error)
    if not isinstance(answer, dict):
        raise TransportDown("malformed answer")
    if answer.get("errors"):
        raise TransportDown(code)
    return answer.get("data")


def _code(answer: Any) -> str:
    """The code of the first error of a request that failed as a whole."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("code") or "") if isinstance(first, dict) else ""
