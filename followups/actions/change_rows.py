"""Changing rows of the contract's tables as their client asks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from followups.locks import lock_all


@transaction.atomic
def change_rows(*, rows: QuerySet[Any], columns: Mapping[str, Any]) -> list[UUID]:
    """
    Give every one of ``rows`` these values, and return their ids.

    They are locked in the order of their keys first: two changes of the same rows wait for each
    other, and a delivery that settled meanwhile has taken its row out of the filter.
    """
    ids = lock_all(rows)
    rows.model._default_manager.filter(pk__in=ids).update(**columns)
    return ids
