"""The one registry of feature flags: every key a clinic can switch, what it does, and its default."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Flag:
    """A switch of a clinic; ``key`` is its name on the wire and in ``TenantSettings.features``."""

    key: str
    label: str | Promise
    help: str | Promise
    default: bool = False


FEEDBACK_NOTIFICATIONS: Final = Flag(
    "feedbackNotifications",
    _("Feedback notifications"),
    _(
        "Tell therapists about high pain, high exertion and comments after a workout, and send "
        "patients the notes their therapist writes. Notes can be saved while this is off."
    ),
)
APP_ENTRANCE_TRACKING: Final = Flag(
    "appEntranceTracking",
    _("App entrance tracking"),
    _("When a patient opens the app and does no workout, record an inferred visit two hours later."),
)
RTM_BILLING_DASHBOARD: Final = Flag(
    "rtmBillingDashboard",
    _("RTM billing dashboard"),
    _("Show days of remote monitoring data, management time and the codes they would support."),
)
DISCREET_PUSH: Final = Flag(
    "discreetPush",
    _("Discreet notifications"),
    _("Push, SMS and e-mail carry no names, no clinical words and no free text."),
)
INFERRED_VISITS_KEEP_STREAKS: Final = Flag(
    "inferredVisitsKeepStreaks",
    _("Inferred visits keep streaks"),
    _("An inferred visit counts as a day of the daily streak. It never counts as monitoring data."),
    default=True,
)
ANY_CONNECTED_DOCTOR_MAY_NOTE: Final = Flag(
    "anyConnectedDoctorMayNote",
    _("Any connected doctor may write notes"),
    _("Every doctor connected to the patient may save a note on a single exercise, not only the workout's own doctor."),
)

REGISTRY: Final[dict[str, Flag]] = {
    flag.key: flag
    for flag in (
        FEEDBACK_NOTIFICATIONS,
        APP_ENTRANCE_TRACKING,
        RTM_BILLING_DASHBOARD,
        DISCREET_PUSH,
        INFERRED_VISITS_KEEP_STREAKS,
        ANY_CONNECTED_DOCTOR_MAY_NOTE,
    )
}
