"""Finding the clinic of rows from outside, which know none."""

from django.conf import settings

from followups.locks import ORPHANED, adopt_orphans


def adopt_rows() -> None:
    """
    Give rows of the last day that no clinic has yet to the clinic of their conversation.

    Else to that of the conversation's review request, else to ``FOLLOWUP_DEFAULT_TENANT``. A row of
    which nothing says whose it is stays the operator's.
    """
    for table in ORPHANED:
        adopt_orphans(table, default=settings.FOLLOWUP_DEFAULT_TENANT)
