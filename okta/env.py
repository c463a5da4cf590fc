"""Readers of the environment that refuse bad values."""

from datetime import timedelta

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def env_seconds(name: str, default: int, *, least: int = 1) -> timedelta:
    """Read a whole number of seconds, positive unless ``least`` allows zero."""
    try:
        seconds = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of seconds.") from error
    if seconds < least:
        raise ImproperlyConfigured(f"{name} must be at least {least} s, not {seconds}.")
    return timedelta(seconds=seconds)
