"""What is agreed about text messages: how a number is written, how people opt out, how Twilio signs."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence

import regex

# E.164: a plus sign, a country, and at most fifteen digits in all.
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_TEXT = 1600
ELLIPSIS = "…"
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "СТОП"}
START = {"START", "YES", "UNSTOP"}


def number_from(text: str) -> str | None:
    """
    Read a number as people write it, with its country; None when it is none.

    >>> number_from("+44 (1632) 960-001")
    '+441632960001'
    """
    bare = re.sub(r"\(0\)|[\s().-]", "", text)
    return bare if NUMBER.fullmatch(bare) else None


def wish(text: str) -> bool | None:
    """
    Whether an answer asks us to send again (True) or to stop (False); None for anything else.

    The whole answer must be the word: "please stop" is for a person to read.

    >>> [wish(text) for text in (" stop ", "Start", "please stop")]
    [False, True, None]
    """
    word = text.strip().upper()
    if word in STOP:
        return False
    return True if word in START else None


def signature(url: str, form: Mapping[str, Sequence[str]], *, token: str) -> str:
    """What Twilio puts into ``X-Twilio-Signature``: the address and the sorted form, keyed by the auth token."""
    signed = url + "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def one_message(title: str, body: str) -> str:
    """
    Title and text as one message, of at most 1,600 UTF-16 units as networks count, no character cut in two.

    >>> one_message("Northside", "How is your knee?")
    'Northside\\nHow is your knee?'
    """
    text = f"{title}\n{body}"
    if _units(text) <= LONGEST_TEXT:
        return text
    return "".join(_fitting(regex.findall(r"\X", text), LONGEST_TEXT - len(ELLIPSIS))).rstrip() + ELLIPSIS


def _fitting(clusters: Iterable[str], room: int) -> Iterable[str]:
    for cluster in clusters:
        room -= _units(cluster)
        if room < 0:
            return
        yield cluster


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
