"""What a key to the contract's tables looks like, and what is kept of it. Pure: no rows, no settings."""

import hashlib
import secrets
from typing import Final

LABEL: Final = "okta_"
"""Every key begins with it, so that one that leaked into a log or a repository is recognised."""
SHOWN: Final = len(LABEL) + 6
"""How much of a key is kept in the open, to tell one from another."""


def new_key() -> str:
    """
    A key of 256 random bits.

    >>> len(new_key())
    48
    """
    return LABEL + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """
    What is kept of a key and looked up: nobody finds 256 random bits behind their digest.

    >>> digest_of("okta_x")[:8]
    '66022992'
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
