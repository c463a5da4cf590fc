"""Remembering a provider's device."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.functions import TransactionNow

from followups.models import Provider


def register_provider(*, tenant_id: int, columns: Mapping[str, Any]) -> Provider:
    """
    Remember the device of the provider ``user_id``, and return the row.

    A provider the clinic knows already gets these values in place of the old ones, and keeps the
    instant of the first registration.
    """
    given = dict(columns)
    user_id, created = given.pop("user_id"), {key: given.pop(key) for key in ("created_at",) if key in given}
    changed = {"updated_at": TransactionNow(), **given}
    provider, _new = Provider.objects.update_or_create(
        user_id=user_id, tenant_id=tenant_id, defaults=changed, create_defaults={**changed, **created}
    )
    return provider
