"""Readers of the environment that refuse bad values."""

from datetime import timedelta

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def env_seconds(name: str, default: int) -> timedelta:
    """Read a positive whole number of seconds."""
    try:
        seconds = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of seconds.") from error
    if seconds < 1:
        raise ImproperlyConfigured(f"{name} must be at least one second, not {seconds}.")
    return timedelta(seconds=seconds)
