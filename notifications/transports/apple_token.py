"""
Provider tokens for Apple: a JWT (ES256) that says who sends.

Apple wants a new one at least once an hour, and no more often than every twenty minutes:
developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from notifications.transports.base import TransportDown
from okta import clock

REUSED_FOR = timedelta(minutes=40)


@dataclass(slots=True)
class Signer:
    """A key of Apple's, and the token it signed last; one for each process."""

    key: ec.EllipticCurvePrivateKey
    key_id: str
    team_id: str
    _token: str = ""
    _signed_at: datetime | None = None

    def token(self, *, refused: str | None = None) -> str:
        """The token in use, or a new one when it is old or the one that was ``refused``."""
        now = clock.now()
        if self._signed_at is None or self._token == refused or not now - REUSED_FOR < self._signed_at <= now:
            claims = {"iss": self.team_id, "iat": int(now.timestamp())}
            self._token = jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.key_id})
            self._signed_at = now
        return self._token


@lru_cache(maxsize=4)
def signer(key: str, key_id: str, team_id: str) -> Signer:
    """
    The signer for a ``.p8`` key; the same object, and token, for the same key.

    :raises TransportDown: it is no such key.
    """
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TransportDown("APNS_KEY is not a private key") from error
    if not (isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1)):
        raise TransportDown("APNS_KEY is not a key of Apple's (P-256)")
    return Signer(private, key_id, team_id)
