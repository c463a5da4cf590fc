"""
Twilio's messages, as documented at twilio.com/docs/messaging/api/message-resource.

A message is posted as a form and answered with its `sid`; asked for again by that, it says what
became of it. Numbers follow E.164; the account's auth token may be anything but empty.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from okta.devstack.fake_ledger import Answer, Call, Ledger, Push

PROVIDER = "twilio"
ADDRESS = re.compile(r"/2010-04-01/Accounts/(?P<account>\w+)/Messages(?:/(?P<sid>\w+))?\.json")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
MAX_CHARACTERS = 1600
# Codes that refuse a message at once, and those that a carrier answers later.
REFUSED_AT_ONCE = ("20003", "21211", "21217", "21408", "21606", "21610", "21614")
REFUSED_LATER = ("30003", "30005", "30006", "30007")
CODES = ("queued", *REFUSED_AT_ONCE, *REFUSED_LATER)


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Nothing was taken; ``code`` is one of Twilio's own."""

    status: int
    code: int

    def answer(self) -> Answer:
        about = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": f"Refused, see {about}", "more_info": about, "status": self.status}
        return Answer(self.status, body)


def handles(path: str) -> bool:
    return ADDRESS.fullmatch(path) is not None


def respond(call: Call, ledger: Ledger) -> Answer:
    """Answer one request as Twilio would while it is up."""
    address = ADDRESS.fullmatch(call.path)
    try:
        if address is None:
            raise Refused(404, 20404)
        check_account(call, address["account"])
        if address["sid"] is not None:
            return show(address["sid"], ledger)
        return send(call, address["account"], ledger)
    except Refused as refused:
        return refused.answer()


def rate_limited(retry_after: str) -> Answer:
    return Answer(429, Refused(429, 20429).answer().body, {"Retry-After": retry_after})


def broken() -> Answer:
    return Refused(500, 20500).answer()


def check_account(call: Call, account: str) -> None:
    scheme, _, given = call.headers.get("Authorization", "").partition(" ")
    try:
        user, _, token = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise Refused(401, 20003) from error
    if scheme.lower() != "basic" or user != account or not token:
        raise Refused(401, 20003)


def send(call: Call, account: str, ledger: Ledger) -> Answer:
    form = dict(parse_qsl(call.raw.decode()))
    to, text, sender = form.get("To", ""), form.get("Body", ""), form.get("From", "")
    failure = ledger.misbehaves(*REFUSED_AT_ONCE, about=call.names)
    if failure is not None:
        raise Refused(401 if failure.mode == "20003" else 400, int(failure.mode))
    if not sender and not form.get("MessagingServiceSid"):
        raise Refused(400, 21603)
    if not NUMBER.fullmatch(to):
        raise Refused(400, 21211)
    if not text:
        raise Refused(400, 21602)
    if len(text) > MAX_CHARACTERS:
        raise Refused(400, 21617)
    sid = f"SM{uuid.uuid4().hex}"
    extra = {"from": sender or form["MessagingServiceSid"], "sid": sid}
    ledger.take(Push(provider=PROVIDER, to=to, title=None, body=text, data=None, extra=extra), identifier=sid)
    return Answer(201, message(sid, account=account, to=to, status="queued"))


def show(sid: str, ledger: Ledger) -> Answer:
    to = ledger.recipient(sid)
    if to is None:
        raise Refused(404, 20404)
    failure = ledger.misbehaves("queued", *REFUSED_LATER, about=to.__eq__)
    if failure is None:
        return Answer(200, message(sid, to=to, status="delivered"))
    if failure.mode == "queued":
        return Answer(200, message(sid, to=to, status="queued"))
    return Answer(200, message(sid, to=to, status="undelivered", error_code=int(failure.mode)))


def message(sid: str, **fields: Any) -> dict[str, Any]:
    """The fields the product reads, of the many there are."""
    return {"sid": sid, "error_code": None, "error_message": None} | fields
