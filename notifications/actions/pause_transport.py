"""Leaving a push service alone that takes nothing from anybody."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from notifications.models import TransportPause

# Whoever notices first opens the outage; whoever notices again prolongs the pause, not the outage. One of
# which nobody has heard for long since its pause was over is over too: all it held up may have been cancelled.
PAUSE = """
    INSERT INTO notifications_transportpause (platform, down_since, paused_until, reason)
    VALUES (%(platform)s, statement_timestamp(), statement_timestamp() + %(pause)s, %(reason)s)
    ON CONFLICT (platform) DO UPDATE
    SET down_since = CASE
            WHEN notifications_transportpause.paused_until < statement_timestamp() - %(forgotten)s
            THEN excluded.down_since ELSE notifications_transportpause.down_since
        END,
        paused_until = greatest(notifications_transportpause.paused_until, excluded.paused_until),
        reason = excluded.reason
    RETURNING statement_timestamp() - down_since, paused_until - statement_timestamp()
"""
# Longer than any wait for a next attempt outlasts the pause: see backoff() of whoever pauses.
FORGOTTEN_AFTER = timedelta(minutes=15)
REASON_CHARACTERS = TransportPause._meta.get_field("reason").max_length


@dataclass(frozen=True, slots=True)
class Outage:
    """
    How long a service has been down, how long nobody will ask it, and what it said last.

    ``asked``: this is what it has just answered, and not what is remembered of it.
    """

    lasted: timedelta
    pause: timedelta
    reason: str
    asked: bool = False


def pause_transport(*, platform: str, reason: str, pause: timedelta) -> Outage:
    """Ask this service nothing for ``pause``, on the database's clock."""
    values: dict[str, Any] = {
        "platform": platform,
        "pause": pause,
        "reason": reason[:REASON_CHARACTERS],
        "forgotten": FORGOTTEN_AFTER + 2 * pause,
    }
    with connection.cursor() as cursor:
        cursor.execute(PAUSE, values)
        lasted, left = cursor.fetchone()
    return Outage(lasted, left, reason, asked=True)


def outages() -> dict[str, Outage]:
    """The services that are down; one whose pause is over may be asked again."""
    known = TransportPause.objects.values_list("platform", Now() - F("down_since"), F("paused_until") - Now(), "reason")
    return {platform: Outage(lasted, pause, reason) for platform, lasted, pause, reason in known}


def resume_transport(*, platform: str) -> None:
    """The service has answered: the outage is over."""
    TransportPause.objects.filter(platform=platform).delete()
