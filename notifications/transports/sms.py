"""
Text messages, through Twilio or whoever speaks its REST API.

Wire format: twilio.com/docs/messaging/api/message-resource. Twilio knows no idempotency key: when we
die between sending and settling, or it takes a message without our hearing of it in time, the person
gets the message twice.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
from django.conf import settings

from notifications.sms import one_message
from notifications.transports.base import Accepted, Delivered, Outcome, Outgoing, Receipt, Refused, TryAgain
from notifications.transports.credentials import required
from notifications.transports.http import TIMEOUT, is_local, retry_after, trusted
from notifications.transports.one_each import AT_ONCE, Down, ask_each, down_for_all, judge_together

MESSAGING_SERVICE = "MG"
# The number is none, is no mobile's, or its owner has replied STOP: nothing will ever reach it.
NUMBER_OF_NO_USE = {21211, 21214, 21217, 21610, 21614}
# The same, found out by the carrier: unknown to it, or a landline.
NUMBER_UNREACHABLE = {30005, 30006}
# Our access or our own number is at fault, whomever we write to; the operator can put it right.
OURS = {20003, 20005, 21212, 21603, 21606, 21703}
TOO_FAST = 20429


class SmsTransport:
    """Sends to devices whose token is an E.164 number: title and text as one message."""

    batch_size = AT_ONCE
    receipts_size = AT_ONCE

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        sender = required("TWILIO_FROM")
        with _client() as client:
            return judge_together(ask_each(lambda outgoing: _send(client, sender, outgoing), batch))

    def receipts(self, tickets: Sequence[str]) -> dict[str, Receipt]:
        with _client() as client:
            answers = ask_each(lambda ticket: _receipt(client, ticket), tickets)
        downs = [answer for answer in answers if isinstance(answer, Down)]
        if downs and len(downs) == len(answers):
            raise down_for_all(downs)
        # Only what the carrier says settles a push; the rest is asked for again, and never sent again.
        return {
            ticket: answer
            for ticket, answer in zip(tickets, answers, strict=True)
            if isinstance(answer, Delivered | Refused)
        }


def _client() -> httpx.Client:
    """
    A client for our account at the provider.

    :raises TransportDown: a setting is missing.
    """
    account, secret, url = required("TWILIO_ACCOUNT_SID"), required("TWILIO_AUTH_TOKEN"), settings.TWILIO_URL
    return httpx.Client(
        base_url=f"{url.rstrip('/')}/2010-04-01/Accounts/{account}/",
        auth=(account, secret),
        timeout=TIMEOUT,
        trust_env=not is_local(url),
        verify=trusted(),
    )


def _send(client: httpx.Client, sender: str, outgoing: Outgoing) -> Outcome | Down:
    named = "MessagingServiceSid" if sender.startswith(MESSAGING_SERVICE) else "From"
    text = one_message(outgoing.title, outgoing.body)
    response = client.post("Messages.json", data={"To": outgoing.token, named: sender, "Body": text})
    answer = _fields(response)
    if response.is_success:
        return Accepted(str(answer.get("sid") or ""))
    return _refusal(response, answer.get("code"))


def _refusal(response: httpx.Response, code: Any) -> Outcome | Down:
    """What an answer other than success means; the message beside the code quotes the number, and is not kept."""
    status, wait = response.status_code, retry_after(response)
    reason = f"Twilio {code}" if isinstance(code, int) else f"HTTP {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == TOO_FAST:
        return TryAgain(reason, wait)
    if code in NUMBER_OF_NO_USE:
        return Refused(reason, retire_device=True)
    if status == HTTPStatus.BAD_REQUEST and code not in OURS:
        return Refused(reason)
    return Down(reason, wait)


def _receipt(client: httpx.Client, ticket: str) -> Delivered | Refused | Down | None:
    response = client.get(f"Messages/{ticket}.json")
    answer = _fields(response)
    match answer.get("status"):
        case "delivered" | "read":
            return Delivered()
        case "undelivered" | "failed" | "canceled":
            code = answer.get("error_code")
            retire = code in NUMBER_OF_NO_USE | NUMBER_UNREACHABLE
            return Refused(f"Twilio {code}" if isinstance(code, int) else "undelivered", retire_device=retire)
    # On its way, or taken by a carrier that never says; or a message Twilio has forgotten.
    if response.is_success or response.status_code == HTTPStatus.NOT_FOUND:
        return None
    return Down(f"HTTP {response.status_code}", retry_after(response))


def _fields(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
