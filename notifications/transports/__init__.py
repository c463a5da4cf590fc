"""The ways to push providers; ``settings.PUSH_TRANSPORTS`` says which carries which kind of device."""

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.transports.base import Transport


def transport_for(platform: str) -> Transport | None:
    """The transport for a kind of device, or None when this installation has none."""
    path = settings.PUSH_TRANSPORTS.get(platform)
    if not path:
        return None
    transport: Transport = import_string(path)()
    return transport
