"""
Expo's push API, as documented at docs.expo.dev/push-notifications/sending-notifications.

A request holds one message or up to 100, a message one recipient or several; every recipient gets
a ticket, in order, and a single message to a single recipient is answered by a ticket outside any
list. A ticket says Expo took the message; the receipt fetched later says whether Apple or Google
did. What the page leaves open, the answer to a malformed token, is a ticket with an error.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from okta.devstack.fake_ledger import Answer, Call, Ledger, Push

PROVIDER = "expo"
SEND = "/--/api/v2/push/send"
RECEIPTS = "/--/api/v2/push/getReceipts"
MAX_MESSAGES = 100
MAX_RECEIPTS = 1000
MAX_PAYLOAD_BYTES = 4096
SHOWN_EXTRAS = ("priority", "subtitle", "sound", "badge", "ttl", "channelId", "collapseId")


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The whole request is refused; nothing in it was taken."""

    status: int
    code: str
    message: str

    def answer(self) -> Answer:
        return Answer(self.status, {"errors": [{"code": self.code, "message": self.message}]})


def handles(path: str) -> bool:
    return path in (SEND, RECEIPTS)


def respond(call: Call, ledger: Ledger) -> Answer:
    """Answer one request as Expo would while it is up."""
    try:
        body = json.loads(call.raw)
    except ValueError:
        return Refused(400, "VALIDATION_ERROR", "The request body must be JSON.").answer()
    try:
        return send(body, ledger) if call.path == SEND else receipts(body, ledger)
    except Refused as refused:
        return refused.answer()


def rate_limited(retry_after: str) -> Answer:
    error = Refused(429, "TOO_MANY_REQUESTS", "You are sending too many notifications.")
    return Answer(error.status, error.answer().body, {"Retry-After": retry_after})


def broken() -> Answer:
    return Refused(500, "INTERNAL_SERVER_ERROR", "An unknown error occurred.").answer()


def send(body: Any, ledger: Ledger) -> Answer:
    messages = body if isinstance(body, list) else [body]
    addressed = [(to, message) for message in messages for to in recipients(message)]
    if len(addressed) > MAX_MESSAGES:
        text = f"You may send at most {MAX_MESSAGES} notifications in one request."
        raise Refused(400, "PUSH_TOO_MANY_NOTIFICATIONS", text)
    tickets = [ticket(to, message, ledger) for to, message in addressed]
    alone = isinstance(body, dict) and isinstance(body.get("to"), str)
    return Answer(200, {"data": tickets[0] if alone else tickets})


def recipients(message: Any) -> list[str]:
    to = message.get("to") if isinstance(message, dict) else None
    listed: list[Any] = to if isinstance(to, list) else [to]
    if not listed or not all(isinstance(token, str) and token for token in listed):
        raise Refused(400, "VALIDATION_ERROR", '"to" must be a push token or a list of them.')
    return listed


def ticket(to: str, message: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    if not is_token(to):
        return unregistered(to, f'"{to}" is not a valid Expo push token')
    if ledger.misbehaves("DeviceNotRegistered", about=to.__eq__):
        return unregistered(to, f'"{to}" is not a registered push notification recipient')
    identifier = str(uuid.uuid4())
    ledger.take(
        Push(
            provider=PROVIDER,
            to=to,
            title=message.get("title"),
            body=message.get("body"),
            data=message.get("data"),
            extra={key: message[key] for key in SHOWN_EXTRAS if key in message},
        ),
        identifier=identifier,
    )
    return {"status": "ok", "id": identifier}


def receipts(body: Any, ledger: Ledger) -> Answer:
    identifiers = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(identifiers, list):
        raise Refused(400, "VALIDATION_ERROR", '"ids" must be a list of ticket ids.')
    if len(identifiers) > MAX_RECEIPTS:
        text = f"You may ask for at most {MAX_RECEIPTS} receipts in one request."
        raise Refused(400, "PUSH_TOO_MANY_RECEIPTS", text)
    # An id without a receipt is left out, as for one of an earlier day.
    found = ((str(identifier), ledger.recipient(str(identifier))) for identifier in identifiers)
    return Answer(200, {"data": {key: receipt(to, ledger) for key, to in found if to is not None}})


def receipt(to: str, ledger: Ledger) -> dict[str, Any]:
    if ledger.misbehaves("DeviceNotRegisteredReceipt", about=to.__eq__):
        return unregistered(to, f'"{to}" is not a registered push notification recipient')
    return {"status": "ok"}


def unregistered(to: str, message: str) -> dict[str, Any]:
    details = {"error": "DeviceNotRegistered", "expoPushToken": to}
    return {"status": "error", "message": message, "details": details}


def is_token(text: str) -> bool:
    """As Expo's own server library tells; it also knows bare UUIDs of very old apps."""
    if text.startswith(("ExponentPushToken[", "ExpoPushToken[")) and text.endswith("]"):
        return True
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
