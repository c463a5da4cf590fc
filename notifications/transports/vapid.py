"""
Who sends a Web Push: the key pair a browser ties its subscription to (VAPID, RFC 8292).

The private key is given as a file (PEM), or in base64url: 32 bytes of it, or PKCS #8.
"""

import base64
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from notifications.transports.base import TransportDown
from notifications.transports.credentials import required

RAW_BYTES = 32


def private_key() -> ec.EllipticCurvePrivateKey:
    """
    Read the key that the settings name.

    :raises TransportDown: it is missing or of no use; the reason names the setting, and never quotes it.
    """
    given = required("VAPID_PRIVATE_KEY")
    try:
        # What base64url cannot spell is a path.
        key = _parse(Path(given).read_bytes() if {"/", "."} & set(given) else given.encode())
    except (ValueError, TypeError, OSError, UnsupportedAlgorithm) as error:
        raise TransportDown("VAPID_PRIVATE_KEY cannot be read") from error
    if not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)):
        raise TransportDown("VAPID_PRIVATE_KEY is not a key on P-256")
    return key


def _parse(given: bytes) -> object:
    if b"-----BEGIN" in given:
        return load_pem_private_key(given, password=None)
    text = given.strip().rstrip(b"=")
    raw = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(raw) == RAW_BYTES:
        return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    return load_der_private_key(raw, password=None)


def public_key() -> str:
    """
    The key a browser subscribes with (``applicationServerKey``): the point, uncompressed, in base64url.

    :raises TransportDown: as for the private key.
    """
    point = private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
