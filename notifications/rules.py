"""Pure decisions about pushes: how long to wait, how much text to send, what to keep discreet, by whom to send."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from notifications.states import Platform

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
# Apple and Google take 4,096 bytes in all, with the data and their own envelope.
TITLE_BYTES = 200
BODY_BYTES = 2048
APPLE_COLLAPSE_BYTES = 64
ELLIPSIS = "…"
JOINERS = "\u200d\ufe0e\ufe0f"
EXPO_TOKEN = re.compile(r"Expo(nent)?PushToken\[.+\]")
# Apple promises no length.
APNS_TOKEN = re.compile(r"[0-9a-fA-F]{64,}")


def backoff(attempts: int) -> timedelta:
    """
    How long to wait after the ``attempts``-th failed attempt: 30 s, doubled each time, up to 15 min.

    >>> [backoff(n).total_seconds() for n in (1, 2, 6, 99)]
    [30.0, 60.0, 900.0, 900.0]
    """
    # Bounded before the power is taken: who knows how often a row was tried.
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def shorten(text: str, *, max_bytes: int) -> str:
    """
    Cut ``text`` to ``max_bytes`` of UTF-8, ending in an ellipsis, without cutting a character in two.

    >>> shorten("Knee pain went up", max_bytes=12)
    'Knee pain…'
    """
    if len(text.encode()) <= max_bytes:
        return text
    kept = text.encode()[: max_bytes - len(ELLIPSIS.encode())].decode(errors="ignore")
    # An accent or an emoji's modifier may have lost its other half to the cut.
    while kept and _continues(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def _continues(character: str) -> bool:
    return unicodedata.combining(character) > 0 or character in JOINERS or "\U0001f3fb" <= character <= "\U0001f3ff"


def discreet_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """
    What a discreet push may carry: ids, and the ``type`` that tells the app which page to open.

    >>> discreet_data({"type": "FOLLOW_UP", "workoutId": 7, "follow_up_id": "a1", "patientName": "Pat"})
    {'type': 'FOLLOW_UP', 'workoutId': 7, 'follow_up_id': 'a1'}
    """
    return {key: value for key, value in data.items() if key == "type" or key.endswith(("Id", "_id"))}


def platform_of(token: str) -> Platform:
    """
    Read a token's kind from its shape: Expo's bracketed tokens, 64 or more hex digits APNs, else FCM.

    >>> [str(platform_of(token)) for token in ("ExponentPushToken[x]", "ExpoPushToken[x]", "0a" * 32, "dQw4:APA91b")]
    ['EXPO', 'EXPO', 'APNS', 'FCM']
    """
    if EXPO_TOKEN.fullmatch(token):
        return Platform.EXPO
    return Platform.APNS if APNS_TOKEN.fullmatch(token) else Platform.FCM


def apple_collapse_id(collapse_id: str) -> str:
    """
    The collapse id as Apple takes it, in a header of up to 64 bytes; a digest of what does not fit.

    >>> apple_collapse_id("summary:7"), len(apple_collapse_id("сводка:7"))
    ('summary:7', 64)
    """
    fits = collapse_id.isascii() and collapse_id.isprintable() and len(collapse_id) <= APPLE_COLLAPSE_BYTES
    return collapse_id if fits else hashlib.sha256(collapse_id.encode()).hexdigest()
