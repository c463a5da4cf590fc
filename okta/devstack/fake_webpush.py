"""
A browser and its push service: RFC 8030, with the encryption of RFC 8291 and the signatures of RFC 8292.

A real push service cannot read a message. This one also plays the browser: it makes subscriptions,
and decrypts what it takes with the key it made, so that `/received` shows what a person would see.

    POST /webpush/subscriptions {"applicationServerKey": …}   a subscription bound to that key

Everything about a subscription follows from its address, so that it outlives this process.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from okta.devstack.fake_ledger import Answer, Call, Ledger, Push

PROVIDER = "webpush"
SUBSCRIPTIONS = "/webpush/subscriptions"
SEND = "/webpush/send/"
MAX_BODY_BYTES = 4096
LONGEST_SIGNATURE_SECONDS = 24 * 3600
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}
CREDENTIALS = re.compile(r"vapid\s+t=(?P<token>[\w.-]+)\s*,\s*k=(?P<key>[\w-]+)", re.IGNORECASE)
CODES = ("307", "400", "401", "403", "404", "410", "413")


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    status: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser's; ``server_key`` is the only key whose owner may send to it."""

    seed: str
    server_key: str

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        digest = hashlib.sha256(f"key {self.seed}".encode()).digest()
        return ec.derive_private_key(int.from_bytes(digest, "big"), ec.SECP256R1())

    @property
    def auth(self) -> bytes:
        return hashlib.sha256(f"auth {self.seed}".encode()).digest()[:16]

    def shown(self, base: str) -> dict[str, Any]:
        """As a browser's `PushSubscription.toJSON()`."""
        point = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(point), "auth": encoded(self.auth)}
        return {"endpoint": f"{base}{SEND}{self.seed}.{self.server_key}", "keys": keys}


def handles(path: str) -> bool:
    return path == SUBSCRIPTIONS or path.startswith(SEND)


def respond(call: Call, ledger: Ledger) -> Answer:
    """Answer one request as a push service would while it is up."""
    if call.method != "POST":
        return Answer(405, None)
    if call.path == SUBSCRIPTIONS:
        return subscribe(call)
    failure = ledger.misbehaves(*CODES, about=call.names)
    if failure is not None:
        elsewhere = {"Location": f"{call.base}{SEND}elsewhere"}
        return Answer(int(failure.mode), None, elsewhere if failure.mode == "307" else {})
    try:
        return take(call, ledger)
    except Refused as refused:
        return Answer(refused.status, None)


def rate_limited(retry_after: str) -> Answer:
    return Answer(429, None, {"Retry-After": retry_after})


def broken() -> Answer:
    return Answer(500, None)


def subscribe(call: Call) -> Answer:
    try:
        server_key = json.loads(call.raw)["applicationServerKey"]
        public_key_from(server_key)
    except (ValueError, KeyError, TypeError):
        return Answer(400, {"error": "Send the key a browser would subscribe with as applicationServerKey."})
    return Answer(201, Subscription(secrets.token_urlsafe(12), server_key).shown(call.base))


def take(call: Call, ledger: Ledger) -> Answer:
    seed, dot, server_key = call.path.removeprefix(SEND).partition(".")
    if not dot:
        raise Refused(404)
    check_headers(call)
    check_sender(call, server_key)
    message = decrypted(call.raw, Subscription(seed, server_key))
    identifier = str(uuid.uuid4())
    extra = {"tag": message.get("tag")}
    extra |= {name.lower(): call.headers[name] for name in ("TTL", "Urgency", "Topic") if name in call.headers}
    ledger.take(
        Push(
            provider=PROVIDER,
            to=call.base + call.path,
            title=message.get("title"),
            body=message.get("body"),
            data=message.get("data"),
            extra=extra,
        ),
        identifier=identifier,
    )
    return Answer(201, None, {"Location": f"{call.base}/webpush/message/{identifier}"})


def check_headers(call: Call) -> None:
    """What RFC 8030 wants to be there, and to be well formed."""
    headers = call.headers
    if len(call.raw) > MAX_BODY_BYTES:
        raise Refused(413)
    well_formed = (
        headers.get("TTL", "").isdecimal()
        and headers.get("Urgency", "normal") in URGENCIES
        and TOPIC.fullmatch(headers.get("Topic", "none"))
        and headers.get("Content-Encoding") == "aes128gcm"
    )
    if not well_formed:
        raise Refused(400)


def check_sender(call: Call, server_key: str) -> None:
    """Nobody but the owner of the key the subscription was made with, for this service, for at most a day."""
    credentials = CREDENTIALS.fullmatch(call.headers.get("Authorization", ""))
    if credentials is None:
        raise Refused(401)
    try:
        claims = claimed(credentials["token"], public_key_from(credentials["key"]))
        left = claims["exp"] - time.time()
    except (InvalidSignature, ValueError, KeyError, TypeError) as error:
        raise Refused(403) from error
    contact = str(claims.get("sub", "")).startswith(("mailto:", "https:"))
    fits = claims.get("aud") == call.base and 0 < left <= LONGEST_SIGNATURE_SECONDS and contact
    if not (fits and credentials["key"] == server_key):
        raise Refused(403)


def claimed(token: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The claims of a JWT, once its ES256 signature is found good."""
    signed, _, signature = token.rpartition(".")
    raw = decoded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    header, claims = (json.loads(decoded(part)) for part in signed.split("."))
    if header.get("alg") != "ES256":
        raise InvalidSignature
    found: dict[str, Any] = claims
    return found


def decrypted(raw: bytes, subscription: Subscription) -> dict[str, Any]:
    """What the browser reads; a message it cannot read is refused, although a real service would take it."""
    try:
        plain = http_ece.decrypt(raw, private_key=subscription.private_key, auth_secret=subscription.auth)
        message: dict[str, Any] = json.loads(plain)
    except (http_ece.ECEException, ValueError, IndexError) as error:
        raise Refused(400) from error
    return message


def public_key_from(point: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(point))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
