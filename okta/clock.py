"""
The one place that reads the wall clock.

Doors (requests, tasks, commands) read it once and hand ``now`` down; rules and actions never do.
Timers are not judged by this clock at all: they are compared in SQL, on the database's clock.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day it is in ``zone`` at ``instant``."""
    return instant.astimezone(zone).date()
