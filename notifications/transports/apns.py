"""
Apple Push Notification service.

Wire format: developer.apple.com/documentation/usernotifications, "Sending notification requests to
APNs" and "Handling notification responses from APNs". One message a request, all of a batch at once
on one HTTP/2 connection; an accepted message is not heard of again.
"""

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from notifications.rules import apple_collapse_id
from notifications.transports.apple_token import Signer, signer
from notifications.transports.base import Accepted, Outcome, Outgoing, Receipt, Refused, TryAgain
from notifications.transports.credentials import required, secret
from notifications.transports.http import retry_after
from notifications.transports.http2 import Http2Transport
from notifications.transports.one_each import Down, judge_together
from okta import clock
from okta.errors import reason

logger = logging.getLogger(__name__)

# Seconds: all requests of a batch run at once, and each ends within both, whatever trickles.
CONNECT_WITHIN = 3.0
ENDS_WITHIN = 14.0
# As long as Google keeps what it cannot deliver; Apple would, too, but no longer than a month.
KEPT_FOR = timedelta(weeks=4)
CODE = re.compile(r"[A-Za-z]{1,64}")
DEVICE_GONE = {"BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered"}
STALE_TOKEN = "ExpiredProviderToken"  # noqa: S105
BUSY_DEVICE = "TooManyRequests"
# Refused for every device alike: what the operator configured, or our pace of signing.
OURS = {
    "BadPath",
    "MethodNotAllowed",
    "BadTopic",
    "MissingTopic",
    "TopicDisallowed",
    "BadCertificate",
    "BadCertificateEnvironment",
    "BadEnvironmentKeyIdInToken",
    "Forbidden",
    "InvalidProviderToken",
    "MissingProviderToken",
    "UnrelatedKeyIdInToken",
    "TooManyProviderTokenUpdates",
    "IdleTimeout",
    STALE_TOKEN,
}


class ApnsTransport:
    """Sends to device tokens of Apple's; there are no receipts."""

    batch_size = 100
    receipts_size = 1000

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        key = secret("APNS_KEY", begins="-----BEGIN")
        signing = signer(key, required("APNS_KEY_ID"), required("APNS_TEAM_ID"))
        topic = required("APNS_TOPIC")
        return judge_together(asyncio.run(_send_all(batch, signing, topic)))

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        return {}


def headers(outgoing: Outgoing, *, topic: str) -> dict[str, str]:
    """What Apple is told of a message, but for who sends it."""
    return {
        "apns-topic": topic,
        "apns-push-type": "alert",
        "apns-priority": "10" if outgoing.urgent else "5",
        "apns-expiration": str(int((clock.now() + KEPT_FOR).timestamp())),
        "apns-collapse-id": apple_collapse_id(outgoing.collapse_id),
    }


def payload(outgoing: Outgoing) -> dict[str, Any]:
    """The body of one request; what is Apple's own cannot be replaced by data."""
    aps = {"alert": {"title": outgoing.title, "body": outgoing.body}, "sound": "default"}
    return {"aps": aps} | {key: value for key, value in outgoing.data.items() if key != "aps"}


async def _send_all(batch: Sequence[Outgoing], signing: Signer, topic: str) -> list[Outcome | Down]:
    base = settings.APNS_URL.rstrip("/")
    async with httpx.AsyncClient(base_url=base, transport=Http2Transport(connect_within=CONNECT_WITHIN)) as client:
        return await asyncio.gather(*(_in_time(client, outgoing, signing, topic) for outgoing in batch))


async def _in_time(client: httpx.AsyncClient, outgoing: Outgoing, signing: Signer, topic: str) -> Outcome | Down:
    """
    Send one message; one that is not answered in time befalls nobody else.

    A bug that one message wakes is its ``TryAgain``: raised, it would have the whole batch repeated,
    and with it what was taken.
    """
    try:
        async with asyncio.timeout(ENDS_WITHIN):
            return await _send(client, outgoing, signing, topic)
    except TimeoutError:
        return Down("ReadTimeout")
    except httpx.RequestError as error:
        return Down(type(error).__name__)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.warning("push %s cannot be sent: %s", outgoing.push_id, reason(error))
        return TryAgain(reason(error))


async def _send(client: httpx.AsyncClient, outgoing: Outgoing, signing: Signer, topic: str) -> Outcome | Down:
    """Send one message; a token of ours that Apple calls stale is signed anew once."""
    content = json.dumps(payload(outgoing), ensure_ascii=False, separators=(",", ":")).encode()
    refused: str | None = None
    while True:
        token = signing.token(refused=refused)
        response = await client.post(
            f"/3/device/{quote(outgoing.token, safe='')}",
            content=content,
            headers={"authorization": f"bearer {token}"} | headers(outgoing, topic=topic),
        )
        if refused or _code(response) != STALE_TOKEN:
            return judge(response)
        refused = token


def judge(response: httpx.Response) -> Outcome | Down:
    """What an answer says of the message, or of Apple."""
    if response.status_code == HTTPStatus.OK:
        return Accepted()
    code = _code(response) or f"HTTP {response.status_code}"
    if code in DEVICE_GONE or response.status_code == HTTPStatus.GONE:
        return Refused(code, retire_device=True)
    if code == BUSY_DEVICE:
        return TryAgain(code, retry_after(response))
    blames_message = response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and _code(response) and code not in OURS
    return Refused(code) if blames_message else Down(code, retry_after(response))


def _code(response: httpx.Response) -> str:
    try:
        answer = response.json()
    except ValueError:
        return ""
    code = answer.get("reason") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""
