"""The environment the product's processes get, and the servers it names."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from okta.devstack.fake_keys import Keys
from okta.devstack.postgres import Postgres
from okta.devstack.state import State
from okta.devstack.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"
# Without fakes that know our keys nothing is signed, least of all with the caller's own.
WITHOUT_KEYS = {"FCM_URL": NOWHERE, "FCM_CREDENTIALS": "", "APNS_URL": NOWHERE, "APNS_KEY": ""}
SECRET_FOR_CHECKS = "only-for-checks-" + "0123456789abcdef" * 3


def product_environment(
    *,
    database_url: str,
    redis_url: str,
    secret_key: str,
    provider_url: str = NOWHERE,
    apns_url: str = NOWHERE,
    keys: Keys | None = None,
    public_url: str = "",
) -> dict[str, str]:
    """
    The caller's environment, in which what the caller set wins, and what the stack decides.

    The push provider is always the fake one: demo data must never reach a real device. A browser that
    subscribes here itself gets its own; no other subscription takes this stack's key.
    """
    chosen = {"SECRET_KEY": secret_key, "DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    decided = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EXPO_PUSH_URL": provider_url,
        "WEBPUSH_HOSTS": provider_url,
        "VAPID_PRIVATE_KEY": vapid_key(secret_key),
        "VAPID_SUBJECT": "mailto:nobody@example.org",
        "TWILIO_URL": provider_url,
        "PUBLIC_URL": public_url,
        "PYTHONUNBUFFERED": "1",
    }
    decided |= keys.environment(provider_url=provider_url, apns_url=apns_url) if keys else WITHOUT_KEYS
    return chosen | dict(os.environ) | decided


def vapid_key(secret_key: str) -> str:
    """A key for Web Push of this stack's own: as long as its secret stays, subscriptions stay good."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"vapid {secret_key}".encode()).digest()).decode()


def from_ready(state: State, facts: Mapping[str, str]) -> dict[str, str]:
    """The environment of the stack that runs on this state."""
    return product_environment(
        database_url=facts["databaseUrl"],
        redis_url=facts["redisUrl"],
        secret_key=state.secret_key(),
        provider_url=facts["fakeProviderUrl"],
        apns_url=facts["fakeApnsUrl"],
        keys=state.push_keys(),
        public_url=facts["url"],
    )


@contextlib.contextmanager
def borrowed(state: State) -> Iterator[dict[str, str]]:
    """
    The environment of the running stack, or of its servers started for as long as this lasts.

    Raises InUse while a stack is still starting.
    """
    facts = state.ready()
    if facts is not None:
        yield from_ready(state, facts)
        return
    with state.owned(), contextlib.ExitStack() as started:
        state.start_logs()
        database_url = os.environ.get("DATABASE_URL") or started.enter_context(state.postgres()).url
        redis_url = os.environ.get("REDIS_URL") or started.enter_context(state.valkey()).url
        yield product_environment(database_url=database_url, redis_url=redis_url, secret_key=state.secret_key())


@contextlib.contextmanager
def throwaway() -> Iterator[dict[str, str]]:
    """The environment of fresh servers that are gone afterwards; a server already named is used."""
    with contextlib.ExitStack() as started:
        database_url = os.environ.get("DATABASE_URL") or started.enter_context(Postgres.throwaway()).url
        redis_url = os.environ.get("REDIS_URL") or started.enter_context(Valkey.throwaway()).url
        yield product_environment(database_url=database_url, redis_url=redis_url, secret_key=SECRET_FOR_CHECKS)
