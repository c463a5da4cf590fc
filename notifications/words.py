"""Why something reached nobody, as people read it: what we know in our words, anything else as it was said."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.states import NO_TRANSPORT, Unsendable

# As Expo, Google, Apple and the services of browsers call what a clinician can do something about.
GONE: Final = (
    "DeviceNotRegistered", "UNREGISTERED", "BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered",
    "HTTP 410",
)  # fmt: skip
TOO_LONG: Final = ("MessageTooBig", "PayloadTooLarge", "message too large")
KNOWN_FAILURES: Final[Mapping[str, Any]] = {
    **{reason.value: reason.label for reason in Unsendable},
    **dict.fromkeys(GONE, gettext_lazy("the device takes no notifications from the app any more")),
    **dict.fromkeys(TOO_LONG, gettext_lazy("it is too long for a notification")),
}
AN_ERROR: Final = re.compile(r"\w+ at [\w.?]+:\d+")
A_SETTING: Final = re.compile(r"[A-Z]+(_[A-Z]+)+ .+")


def failure_in_words(reason: str) -> str:
    """
    Why a push, or whatever else was to be delivered, reached nobody.

    ``reason`` is its ``last_error``: a word of ours, what a push service answered, or the name of an error.
    """
    if reason in KNOWN_FAILURES:
        return str(KNOWN_FAILURES[reason])
    if not reason:
        return _("nobody knows why")
    if AN_ERROR.fullmatch(reason):
        return _("an error on the way: %s") % reason
    if A_SETTING.fullmatch(reason) or reason.startswith(NO_TRANSPORT):
        return _("this installation is not set up for it: %s") % reason.removeprefix(NO_TRANSPORT)
    return _("the service said: %s") % reason
