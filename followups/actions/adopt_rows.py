"""Finding the clinic of rows from outside, which know none."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from followups.locks import FOLLOW_UPS, ORPHANED, adopt_orphans


def adopt_rows() -> None:
    """
    Give rows of the last hour that no clinic has yet to the clinic of their conversation.

    Else to that of the conversation's review request, else to ``FOLLOWUP_DEFAULT_TENANT``. A row of
    which nothing says whose it is stays the operator's.
    """
    for table in ORPHANED:
        adopt_orphans(table, default=settings.FOLLOWUP_DEFAULT_TENANT)


def adopt_follow_ups(*, ids: Sequence[UUID]) -> None:
    """Give these follow-ups their clinic, as ``adopt_rows`` does: they may have come after it had looked."""
    adopt_orphans(FOLLOW_UPS, default=settings.FOLLOWUP_DEFAULT_TENANT, ids=ids)
