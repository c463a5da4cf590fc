from collections.abc import Mapping

from django.db import transaction

from accounts.flags import REGISTRY
from accounts.locks import lock_settings
from accounts.models import FlagChange, User
from accounts.queries import is_on


def switch_flags(*, tenant_id: int, wanted: Mapping[str, bool], by: User | None) -> list[FlagChange]:
    """
    Switch features of a clinic, and record who switched what; return what really changed.

    ``wanted`` has known keys alone. What is as wanted already stays untold, so the same wish twice is one
    change. All other keys stay as they are: two people at two switches do not undo each other, and a key
    this version does not know is kept. ``by`` is None where the product itself sets a clinic up.
    """
    with transaction.atomic():
        settings = lock_settings(tenant_id)
        before = {key: is_on(settings.features, REGISTRY[key]) for key in wanted}
        changed = {key: on for key, on in wanted.items() if on is not before[key]}
        if changed:
            settings.features |= changed
            settings.save(update_fields=["features"])
        return FlagChange.objects.bulk_create(
            FlagChange(tenant_id=tenant_id, key=key, on=on, by=by) for key, on in changed.items()
        )
