"""
Apple Push Notification service, over HTTP/2 in clear text (prior knowledge).

As documented at developer.apple.com/documentation/usernotifications (sending, and handling
responses): one notification a request, headers and a signed token with each, and a reason for
every refusal. A connection carries one request at a time until a token was found valid, then many.
What cannot be told from a token here, `/behave` is told: each reason of REASONS.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from email.message import Message
from typing import Any

import jwt

from okta.devstack import fake_keys
from okta.devstack.fake_ledger import Answer, Call, Failure, Ledger, Push

PROVIDER = "apns"
DEVICE = re.compile(r"/3/device/([^/]*)")
TOKEN = re.compile(r"[0-9a-fA-F]{64,}")
TOKEN_LASTS = 3600
MAX_COLLAPSE_BYTES = 64
MAX_PAYLOAD_BYTES = 4096
PUSH_TYPES = {"alert", "background", "location", "voip", "complication", "fileprovider", "mdm", "liveactivity"}
REASONS = {
    "BadCollapseId": 400,
    "BadDeviceToken": 400,
    "BadExpirationDate": 400,
    "BadMessageId": 400,
    "BadPriority": 400,
    "BadTopic": 400,
    "DeviceTokenNotForTopic": 400,
    "DuplicateHeaders": 400,
    "IdleTimeout": 400,
    "InvalidPushType": 400,
    "MissingDeviceToken": 400,
    "MissingTopic": 400,
    "PayloadEmpty": 400,
    "TopicDisallowed": 400,
    "BadCertificate": 403,
    "BadCertificateEnvironment": 403,
    "ExpiredProviderToken": 403,
    "Forbidden": 403,
    "InvalidProviderToken": 403,
    "MissingProviderToken": 403,
    "UnrelatedKeyIdInToken": 403,
    "BadEnvironmentKeyIdInToken": 403,
    "BadPath": 404,
    "MethodNotAllowed": 405,
    "ExpiredToken": 410,
    "Unregistered": 410,
    "PayloadTooLarge": 413,
    "TooManyProviderTokenUpdates": 429,
    "TooManyRequests": 429,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
    "Shutdown": 503,
}
CODES = tuple(REASONS)
TOLD = {"DeviceNotRegistered": "Unregistered", "429": "TooManyRequests", "500": "InternalServerError"}


class Refused(Exception):
    """One notification is refused, for one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def respond(call: Call, ledger: Ledger) -> Answer | None:
    """Answer one request as Apple would; None keeps it waiting, as told."""
    told = ledger.misbehaves("timeout", *TOLD, *REASONS, about=call.names)
    if told is not None and told.mode == "timeout":
        ledger.attempt(call.path, "timeout")
        return None
    try:
        answer = failure(told) if told is not None else send(call, ledger)
    except Refused as refused:
        answer = refusal(refused.reason)
    ledger.attempt(call.path, str(answer.status))
    return answer


def trusts(call: Call, ledger: Ledger) -> bool:
    """Whether the token that came along is good, whatever becomes of the notification."""
    try:
        check_token(call.headers, ledger)
    except Refused:
        return False
    return True


def send(call: Call, ledger: Ledger) -> Answer:
    to = recipient(call)
    check_token(call.headers, ledger)
    payload = read(call)
    identifier = call.headers.get("apns-id") or str(uuid.uuid4()).upper()
    alert = payload["aps"].get("alert", {})
    ledger.take(
        Push(
            provider=PROVIDER,
            to=to,
            title=alert.get("title"),
            body=alert.get("body"),
            data={key: value for key, value in payload.items() if key != "aps"},
            extra={
                "priority": call.headers.get("apns-priority"),
                "collapseId": call.headers.get("apns-collapse-id"),
                "headers": {key: value for key, value in call.headers.items() if key.startswith("apns-")},
                "payload": payload,
            },
        ),
        identifier=identifier,
    )
    return Answer(200, None, {"apns-id": identifier})


def recipient(call: Call) -> str:
    if call.method != "POST":
        raise Refused("MethodNotAllowed")
    device = DEVICE.fullmatch(call.path)
    if device is None:
        raise Refused("BadPath")
    if not device[1]:
        raise Refused("MissingDeviceToken")
    if not TOKEN.fullmatch(device[1]):
        raise Refused("BadDeviceToken")
    return device[1]


def check_token(headers: Message[str, str], ledger: Ledger) -> None:
    """Raise Refused unless our key signed who sends, less than an hour ago."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused("MissingProviderToken")
    try:
        claims = jwt.decode(
            token,
            fake_keys.public(ledger.keys.apple),
            algorithms=["ES256"],
            issuer=fake_keys.APNS_TEAM_ID,
            options={"require": ["iss", "iat"], "verify_iat": False},
        )
        known = jwt.get_unverified_header(token).get("kid") == fake_keys.APNS_KEY_ID
    except jwt.PyJWTError:
        raise Refused("InvalidProviderToken") from None
    if not known or not isinstance(claims["iat"], int):
        raise Refused("InvalidProviderToken")
    if abs(time.time() - claims["iat"]) > TOKEN_LASTS:
        raise Refused("ExpiredProviderToken")


def read(call: Call) -> dict[str, Any]:
    """The payload, its headers checked; raises Refused."""
    for reason, wrong in wrongs(call.headers).items():
        if wrong:
            raise Refused(reason)
    if len(call.raw) > MAX_PAYLOAD_BYTES:
        raise Refused("PayloadTooLarge")
    try:
        payload = json.loads(call.raw)
    except ValueError:
        raise Refused("PayloadEmpty") from None
    if not isinstance(payload, dict) or not isinstance(payload.get("aps"), dict):
        raise Refused("PayloadEmpty")
    return payload


def wrongs(headers: Message[str, str]) -> dict[str, bool]:
    """What Apple would say of the headers, and whether it would."""
    names = [name for name in headers.keys() if name.startswith("apns-")]  # noqa: SIM118
    topic = headers.get("apns-topic")
    return {
        "DuplicateHeaders": len(names) != len(set(names)),
        "MissingTopic": not topic,
        "TopicDisallowed": topic != fake_keys.APNS_TOPIC,
        "InvalidPushType": headers.get("apns-push-type", "alert") not in PUSH_TYPES,
        "BadPriority": headers.get("apns-priority", "10") not in ("1", "5", "10"),
        "BadExpirationDate": not headers.get("apns-expiration", "0").isdecimal(),
        "BadCollapseId": len(headers.get("apns-collapse-id", "").encode()) > MAX_COLLAPSE_BYTES,
    }


def failure(told: Failure) -> Answer:
    reason = TOLD.get(told.mode, told.mode)
    return refusal(reason, {"Retry-After": told.retry_after} if REASONS[reason] in (429, 503) else {})


def refusal(reason: str, headers: dict[str, str] | None = None) -> Answer:
    status = REASONS[reason]
    body: dict[str, Any] = {"reason": reason}
    if status == 410:
        body["timestamp"] = int(time.time() * 1000)
    return Answer(status, body, {"apns-id": str(uuid.uuid4()).upper()} | (headers or {}))
