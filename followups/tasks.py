"""Celery's doors."""

from followups.actions.archive import archive_settled
from okta.sweeps import Swept, sweep


@sweep("followups.archive")
def archive() -> Swept:
    """Move what was settled long ago into the archive."""
    return archive_settled()
