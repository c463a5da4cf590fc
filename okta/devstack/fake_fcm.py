"""
Firebase Cloud Messaging's HTTP v1 API, and Google's token endpoint (RFC 7523) beside it.

As documented at firebase.google.com/docs/reference/fcm/rest/v1: one message a request, an access
token with every one, and errors by FCM's own code within those of Google's APIs. What cannot be
told from a token here, `/behave` is told: each code of CODES.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

import jwt

from okta.devstack import fake_keys
from okta.devstack.fake_ledger import Answer, Call, Ledger, Push

PROVIDER = "fcm"
TOKEN = "/token"  # noqa: S105
SEND = re.compile(r"/v1/projects/([^/]+)/messages:send")
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
# What google-auth addresses, whatever the account's own address for tokens is.
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 3599
MAX_PAYLOAD_BYTES = 4096
REGISTRATION = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]+")
RESERVED = re.compile(r"from|message_type|google.*|gcm.*")
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
INVALID_TOKEN = "The registration token is not a valid FCM registration token"  # noqa: S105
# FCM's code, the HTTP status and the status of Google's APIs it comes with.
STATUSES = {
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED"),
    "UNREGISTERED": (404, "NOT_FOUND"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "INTERNAL": (500, "INTERNAL"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
}
# Refused before FCM itself has looked at the message.
ACCESS = {"UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404}
MINTING = ("invalid_grant", "temporarily_unavailable")
CODES = (*STATUSES, *ACCESS, *MINTING)
# What a message may say, as far as the product does: Google refuses a name it does not know.
KNOWN = {
    "": {"token", "notification", "data", "android", "apns"},
    "notification": {"title", "body"},
    "android": {"collapse_key", "priority", "notification", "ttl"},
    "apns": {"headers", "payload"},
}
SECRET = secrets.token_bytes(16)


class Invalid(Exception):
    """A request that cannot be read, in Google's words."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def handles(path: str) -> bool:
    return path == TOKEN or SEND.fullmatch(path) is not None


def respond(call: Call, ledger: Ledger) -> Answer:
    """Answer one request as Google would while it is up."""
    if call.path == TOKEN:
        return mint(call, ledger)
    project = SEND.fullmatch(call.path)
    if not authorized(call.headers.get("Authorization", "")):
        return refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    if project is None or project[1] != fake_keys.PROJECT:
        return refused(403, "PERMISSION_DENIED", "Permission denied on the project.")
    told = ledger.misbehaves("DeviceNotRegistered", *STATUSES, *ACCESS, about=call.names)
    if told is not None:
        return failure("UNREGISTERED" if told.mode == "DeviceNotRegistered" else told.mode, told.retry_after)
    try:
        return send(read(call.raw), ledger)
    except Invalid as error:
        violation = {"@type": BAD_REQUEST, "fieldViolations": [{"field": error.field, "description": error.message}]}
        return refused(400, "INVALID_ARGUMENT", error.message, [violation] if error.field else [])


def rate_limited(retry_after: str) -> Answer:
    return failure("QUOTA_EXCEEDED", retry_after)


def broken() -> Answer:
    return failure("INTERNAL")


def send(message: dict[str, Any], ledger: Ledger) -> Answer:
    to = message["token"]
    if not REGISTRATION.fullmatch(to):
        return refused(400, "INVALID_ARGUMENT", INVALID_TOKEN, [{"@type": FCM_ERROR, "errorCode": "INVALID_ARGUMENT"}])
    android, notification = message.get("android", {}), message.get("notification", {})
    name = f"projects/{fake_keys.PROJECT}/messages/0:{time.time_ns() // 1000}%{secrets.token_hex(8)}"
    ledger.take(
        Push(
            provider=PROVIDER,
            to=to,
            title=notification.get("title"),
            body=notification.get("body"),
            data=message.get("data"),
            extra={
                "priority": android.get("priority"),
                "collapseId": android.get("collapse_key"),
                "message": message,
            },
        ),
        identifier=name,
    )
    return Answer(200, {"name": name})


def read(raw: bytes) -> dict[str, Any]:
    """The message of a request; raises Invalid for what Google would not take."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise Invalid("Invalid JSON payload received. Unexpected token.") from None
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, dict) or not isinstance(message.get("token"), str):
        raise Invalid("Recipient of the message is not set.", "message")
    for path, known in KNOWN.items():
        part = message if not path else message.get(path, {})
        for name in part.keys() - known:
            raise Invalid(
                f"Invalid JSON payload received. Unknown name \"{name}\" at 'message.{path}'", path or "message"
            )
    check_data(message.get("data", {}))
    if message.get("android", {}).get("priority", "NORMAL") not in ("NORMAL", "HIGH"):
        raise Invalid("Invalid value at 'message.android.priority'", "message.android.priority")
    if (
        len(json.dumps([message.get("notification"), message.get("data")], ensure_ascii=False).encode())
        > MAX_PAYLOAD_BYTES
    ):
        raise Invalid("Android message is too big")
    return message


def check_data(data: dict[str, Any]) -> None:
    for index, (key, value) in enumerate(data.items()):
        if not isinstance(value, str):
            field = f"message.data[{index}].value"
            raise Invalid(f"Invalid value at '{field}' (TYPE_STRING), {json.dumps(value)}", field)
        if RESERVED.fullmatch(key):
            raise Invalid(f"Invalid data payload key: {key}", f"message.data[{index}].key")


def mint(call: Call, ledger: Ledger) -> Answer:
    """Exchange a signed assertion for an access token."""
    told = ledger.misbehaves(*MINTING)
    if told is not None:
        status = 400 if told.mode == "invalid_grant" else 503
        return Answer(status, {"error": told.mode, "error_description": f"{fake_keys.ACCOUNT}: as told"})
    form = {key: values[0] for key, values in parse_qs(call.raw.decode(errors="replace")).items()}
    if form.get("grant_type") != GRANT:
        return Answer(400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"})
    try:
        claims = jwt.decode(
            form.get("assertion", ""),
            fake_keys.public(ledger.keys.google),
            algorithms=["RS256"],
            audience=[AUDIENCE, f"{call.base}{TOKEN}"],
            issuer=fake_keys.ACCOUNT,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
    except jwt.PyJWTError:
        return Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
    if SCOPE not in str(claims.get("scope", "")).split():
        return Answer(400, {"error": "invalid_scope", "error_description": "No scope of Firebase Cloud Messaging."})
    return Answer(200, {"access_token": access_token(), "expires_in": LIFETIME, "token_type": "Bearer"})


def access_token() -> str:
    """A token this process knows again, for as long as it lasts."""
    text = f"ya29.{int(time.time()) + LIFETIME}.{secrets.token_hex(8)}"
    return f"{text}.{signature(text)}"


def authorized(header: str) -> bool:
    text, _, signed = header.removeprefix("Bearer ").rpartition(".")
    if not header.startswith("Bearer ya29.") or not hmac.compare_digest(signed, signature(text)):
        return False
    return int(text.split(".")[1]) > time.time()


def signature(text: str) -> str:
    return hmac.digest(SECRET, text.encode(), "sha256").hex()


def failure(code: str, retry_after: str = "1") -> Answer:
    if code in ACCESS:
        return refused(ACCESS[code], code, "As told.")
    status, canonical = STATUSES[code]
    headers = {"Retry-After": retry_after} if status in (429, 503) else {}
    return refused(status, canonical, "As told.", [{"@type": FCM_ERROR, "errorCode": code}], headers)


def refused(
    status: int,
    canonical: str,
    message: str,
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    error: dict[str, Any] = {"code": status, "message": message, "status": canonical}
    return Answer(status, {"error": error | ({"details": details} if details else {})}, headers or {})
