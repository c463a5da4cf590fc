"""
Web Push: browsers, each through the push service its maker runs.

Wire format: RFC 8030 (the request), RFC 8291 (its encryption), RFC 8292 (who sends it). A device's
token is the subscription's endpoint, its keys are those the browser made for us.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus

import httpx
from django.conf import settings
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from notifications.endpoints import may_be_sent_to, origin_of
from notifications.transports.base import Accepted, Outcome, Outgoing, Receipt, Refused, TransportDown, TryAgain
from notifications.transports.credentials import required
from notifications.transports.http import TIMEOUT, is_local, retry_after, trusted
from notifications.transports.one_each import AT_ONCE, Down, ask_each, judge_together
from notifications.transports.vapid import private_key
from okta import clock

# Whoever opens the browser later than a day after finds the news in the app itself.
TTL = timedelta(days=1)
# RFC 8292 allows a day; half of it leaves room for clocks that differ.
SIGNED_FOR = timedelta(hours=12)
# RFC 8291, 4: a single record of 4,096 bytes, of which header, delimiter and tag take their part.
LARGEST_MESSAGE = 4096 - 86 - 1 - 16
TOPIC_CHARACTERS = 32
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
NOT_LET_IN = {"HTTP 401", "HTTP 403"}
SPOILT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


class WebPushTransport:
    """Sends to the subscriptions of browsers; push services give no receipts."""

    batch_size = AT_ONCE
    receipts_size = 1000

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        credentials = _credentials({origin_of(one.token) for one in batch if _is_allowed(one.token)})
        local = any(is_local(outgoing.token) for outgoing in batch)
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=not local, verify=trusted()) as client:
            answers = ask_each(lambda outgoing: _post(client, outgoing, credentials), batch)
        origins = [origin_of(outgoing.token) for outgoing in batch]
        # Where our key was good for one push, it is no fault of the key when another is not let in.
        good = {origin for origin, answer in zip(origins, answers, strict=True) if answer == Accepted()}
        return judge_together(
            [_not_ours(answer) if origin in good else answer for origin, answer in zip(origins, answers, strict=True)]
        )

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        return {}


def _is_allowed(endpoint: str) -> bool:
    return may_be_sent_to(endpoint, also=settings.WEBPUSH_HOSTS)


def _credentials(origins: set[str]) -> dict[str, str]:
    """
    Sign an ``Authorization`` for each push service, good for that service alone.

    :raises TransportDown: the settings say not, or not well, who we are.
    """
    signer, subject = Vapid02(private_key()), required("VAPID_SUBJECT")
    until = int((clock.now() + SIGNED_FOR).timestamp())
    try:
        return {
            origin: signer.sign({"aud": origin, "exp": until, "sub": subject})["Authorization"] for origin in origins
        }
    except VapidException as error:
        raise TransportDown("VAPID_SUBJECT is neither mailto: nor https:") from error


def _post(client: httpx.Client, outgoing: Outgoing, credentials: Mapping[str, str]) -> Outcome | Down:
    authorization = credentials.get(origin_of(outgoing.token))
    if authorization is None:
        # Registered before the rule was there, or before the operator withdrew the service.
        return Refused("endpoint of no known push service")
    message = _message(outgoing)
    if len(message) > LARGEST_MESSAGE:
        return Refused("message too large")
    try:
        body = WebPusher({"endpoint": outgoing.token, "keys": outgoing.keys or {}}).encode(message)["body"]
    except (WebPushException, ValueError, IndexError):
        return Refused("malformed keys", retire_device=True)
    headers = {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(TTL.total_seconds())),
        "Urgency": "high" if outgoing.urgent else "normal",
        "Topic": topic(outgoing.collapse_id),
    }
    return judge(client.post(outgoing.token, content=body, headers=headers))


def _message(outgoing: Outgoing) -> bytes:
    # The tag has the browser put a repetition in the place of what it shows.
    shown = {"title": outgoing.title, "body": outgoing.body, "data": dict(outgoing.data), "tag": outgoing.collapse_id}
    return json.dumps(shown, ensure_ascii=False).encode()


def topic(collapse_id: str) -> str:
    """
    The name under which a repetition replaces what the push service still holds: a digest, it tells nothing.

    >>> len(topic("summary:7"))
    32
    """
    return urlsafe_b64encode(hashlib.sha256(collapse_id.encode()).digest())[:TOPIC_CHARACTERS].decode()


def judge(response: httpx.Response) -> Outcome | Down:
    """
    What an answer says of the subscription, of the message, or of us.

    RFC 8030 blames with 404 and 410 the subscription, with 413 the message, with 400 the request:
    none gets better by waiting, and only the first says that nothing else will be taken either.
    RFC 8292, 4.2 answers 401 to whoever does not say who they are: since we always do, our access is
    at fault. 403 is the answer to a bad signature, and to a subscription made with another key than
    ours; alone it blames neither for certain, and waits for the operator to put the key right.
    """
    status, code, wait = response.status_code, f"HTTP {response.status_code}", retry_after(response)
    if response.is_success:
        return Accepted()
    if status in GONE or status in SPOILT:
        return Refused(code, retire_device=status in GONE)
    if status == HTTPStatus.UNAUTHORIZED or response.is_server_error:
        return Down(code, wait)
    # 403; 429, our pace; a redirection, never followed because it could lead anywhere; and the unheard-of.
    return TryAgain(code, wait)


def _not_ours(answer: Outcome | Down) -> Outcome | Down:
    """An answer from where our key is good: who is not let in there has a subscription made with another."""
    if isinstance(answer, Down | TryAgain) and answer.reason in NOT_LET_IN:
        return Refused(answer.reason, retire_device=True)
    return answer
