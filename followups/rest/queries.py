"""The guarded door to the contract's tables: a key sees the rows of its clinic."""

from typing import Any

from django.db.models import QuerySet

from followups.rest.columns import Table


def rows_of(*, table: Table, tenant_id: int) -> QuerySet[Any]:
    """The rows of a table that exist for a clinic's key."""
    return table.model._default_manager.filter(table.shown, tenant=tenant_id)
