"""
Which addresses a Web Push may be sent to.

A subscription's endpoint is a URL that somebody gave us: posting to any would let them make the
server speak to whatever it can reach, its own network included. So only the services of the browsers
there are, and what the operator names.
"""

import re
from collections.abc import Collection

# A plain host, then at once the path: no user, no port, no trick that two parsers read differently.
ENDPOINT = re.compile(r"(?P<origin>https?://(?P<host>[a-z0-9.-]+)(?::[0-9]{1,5})?)/[!-~]*", re.IGNORECASE)
# Chrome, Edge, Opera and Samsung; Firefox; Safari; Edge of old.
SERVICES = {"fcm.googleapis.com"}
SERVICES_BELOW = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")


def origin_of(endpoint: str) -> str:
    """
    The scheme, host and port of an endpoint, in lower case; empty for what is none.

    >>> origin_of("https://FCM.googleapis.com/fcm/send/abc")
    'https://fcm.googleapis.com'
    >>> origin_of("https://fcm.googleapis.com@10.0.0.1/fcm/send/abc")
    ''
    """
    found = ENDPOINT.fullmatch(endpoint)
    return found["origin"].lower() if found else ""


def may_be_sent_to(endpoint: str, *, also: Collection[str]) -> bool:
    """
    Tell whether an endpoint is one of a known push service, over https on its own port.

    ``also`` are further services: host names, or origins such as ``http://127.0.0.1:8123``.

    >>> may_be_sent_to("https://web.push.apple.com/abc", also=())
    True
    >>> may_be_sent_to("https://push.example.org/abc", also=["push.example.org"])
    True
    """
    origin = origin_of(endpoint)
    if origin in {named if "://" in named else f"https://{named}" for named in also}:
        return bool(origin)
    scheme, _, host = origin.partition("://")
    return scheme == "https" and (host in SERVICES or host.endswith(SERVICES_BELOW))
