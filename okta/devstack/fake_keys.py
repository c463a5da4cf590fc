"""Credentials that open nothing but the fakes: what Google and Apple would have given the operator."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

PROJECT = "okta-nowhere"
ACCOUNT = f"push@{PROJECT}.iam.gserviceaccount.com"
APNS_KEY_ID = "NOWHEREKEY"
APNS_TEAM_ID = "NOWHERETEA"
APNS_TOPIC = "org.example.okta"


@dataclass(frozen=True, slots=True)
class Keys:
    """The private keys, in PEM: a Google service account's, and a `.p8` of Apple's."""

    google: str
    apple: str

    @classmethod
    def generate(cls) -> Keys:
        return cls(
            google=pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            apple=pem(ec.generate_private_key(ec.SECP256R1())),
        )

    @classmethod
    def from_environment(cls) -> Keys | None:
        """Those the product in the same environment signs with, if there are any."""
        account, apple = os.environ.get("FCM_CREDENTIALS"), os.environ.get("APNS_KEY")
        return cls(google=json.loads(account)["private_key"], apple=apple) if account and apple else None

    def service_account(self, provider_url: str) -> str:
        """The JSON Google hands out for a service account, whose tokens the fake mints."""
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "0" * 40,
                "private_key": self.google,
                "client_email": ACCOUNT,
                "client_id": "0" * 21,
                "token_uri": f"{provider_url}/token",
            }
        )

    def environment(self, *, provider_url: str, apns_url: str) -> dict[str, str]:
        """What makes the product send to the fakes."""
        return {
            "FCM_URL": provider_url,
            "FCM_CREDENTIALS": self.service_account(provider_url),
            "APNS_URL": apns_url,
            "APNS_KEY": self.apple,
            "APNS_KEY_ID": APNS_KEY_ID,
            "APNS_TEAM_ID": APNS_TEAM_ID,
            "APNS_TOPIC": APNS_TOPIC,
        }


@cache
def shared() -> Keys:
    """One pair for this process: an RSA key takes long to make."""
    return Keys.generate()


@cache
def public(private: str) -> str:
    """The public half of a private key, both in PEM."""
    key = load_pem_private_key(private.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
