"""Pure decisions about follow-ups: what may be said, who says it, how often it is tried."""

import re
from datetime import timedelta
from typing import Final

import regex
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_TEXT: Final = 500
"""In grapheme clusters, as a reader counts them: a family emoji is one."""
ATTEMPTS: Final = 3
"""How often delivery is tried before a follow-up has failed (follow-up system, 2025-11-09)."""
SAME_WITHIN: Final = timedelta(minutes=10)
"""The client repeats a request it saw no answer to, and has no key for it: within this time it is the same."""

CLUSTER = regex.compile(r"\X")
# White space, controls, and what only joins or directs other characters, such as a zero-width space.
VISIBLE = regex.compile(r"[^\s\p{Z}\p{Cc}\p{Cf}]")
TITLED = re.compile(r"^(?:\s*(?:dr\.\s*|dr\s+|doctor\s+))+", re.IGNORECASE)


def length(text: str) -> int:
    """
    How many grapheme clusters there are in ``text``.

    >>> length("Hi 👨‍👩‍👧‍👦")
    4
    """
    return sum(1 for _cluster in CLUSTER.finditer(text))


def says_nothing(text: str) -> bool:
    """
    Whether a reader would see nothing of ``text``.

    >>> says_nothing(" \u00a0\u200b\n")
    True
    """
    return VISIBLE.search(text) is None


def wrong_with(text: str) -> str | Promise | None:
    """
    Why this cannot be said to a parent, or None.

    >>> print(wrong_with(" \\n "))
    Write what to say.
    """
    if says_nothing(text):
        return gettext_lazy("Write what to say.")
    if length(text) > LONGEST_TEXT:
        return gettext_lazy("Write at most 500 characters.")
    return None


def title(provider_name: str | None) -> str:
    """
    The title of a follow-up's push, in the language in force (follow-up system, 2025-11-09).

    >>> title("Dr Michael Example")
    'Follow-up from Dr. Michael Example'
    >>> title(None)
    'Follow-up from your provider'
    """
    name = TITLED.sub("", provider_name or "").strip()
    if not name:
        return _("Follow-up from your provider")
    return _("Follow-up from Dr. %(name)s") % {"name": name}


def backoff(attempts: int, *, base: timedelta) -> timedelta:
    """
    How long to wait after the ``attempts``-th failed attempt: ``base``, doubled each time.

    >>> [backoff(n, base=timedelta(seconds=60)).total_seconds() for n in (1, 2, 3)]
    [60.0, 120.0, 240.0]
    """
    return base * (1 << min(max(attempts - 1, 0), 10))
