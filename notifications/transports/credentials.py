"""Secrets that a setting holds itself, or names the file of."""

from pathlib import Path

from django.conf import settings

from notifications.transports.base import TransportDown


def secret(setting: str, *, begins: str) -> str:
    """
    Read a secret, each time anew: a file may be replaced while we run.

    What ``begins`` like the secret is taken for it, anything else for a path.

    :raises TransportDown: it is not set, or its file cannot be read; the reason names the setting.
    """
    given: str = getattr(settings, setting).strip()
    if not given:
        raise TransportDown(f"{setting} is not set")
    if given.startswith(begins):
        return given
    try:
        return Path(given).read_text()
    except (OSError, ValueError) as error:
        raise TransportDown(f"{setting} cannot be read") from error


def required(setting: str) -> str:
    """
    Read a setting without which nothing can be sent.

    :raises TransportDown: it is not set.
    """
    given: str = getattr(settings, setting).strip()
    if not given:
        raise TransportDown(f"{setting} is not set")
    return given
