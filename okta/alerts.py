"""Opening and closing alerts: one open at a time of each kind, however many processes notice."""

from django.db import connection
from django.db.models.functions import Now

from okta.models import Alert

OPEN = """
    INSERT INTO okta_alert (kind, detail) VALUES (%s, %s)
    ON CONFLICT (kind) WHERE closed_at IS NULL DO NOTHING RETURNING id
"""


def open_alert(*, kind: str, detail: str) -> int | None:
    """
    Open an alert unless one of its kind is open; return its id if it was us.

    Call it inside the transaction that tells people: whoever notices at the same moment waits for
    it, and tells nobody. ``detail`` is for operators, in at most 200 characters.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [kind, detail])
        row = cursor.fetchone()
    return row[0] if row else None


def close_alert(*, kind: str) -> None:
    """Close the open alert of this kind, if there is one."""
    Alert.objects.filter(kind=kind, closed_at=None).update(closed_at=Now())
