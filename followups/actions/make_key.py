"""Giving out keys to a clinic's tables, and taking them back."""

from django.db.models.functions import Now

from accounts.models import Tenant, User
from followups.keys import SHOWN, digest_of, new_key
from followups.models import ApiKey


def make_key(*, tenant: Tenant, name: str, made_by: User | None) -> tuple[ApiKey, str]:
    """
    Make a key to the clinic's tables; return it with its text, which nobody can read again.

    ``name`` says who uses it, in at most 100 characters.
    """
    text = new_key()
    key = ApiKey(tenant=tenant, name=name, prefix=text[:SHOWN], digest=digest_of(text), created_by=made_by)
    key.save(force_insert=True)
    key.refresh_from_db()
    return key, text


def revoke_key(*, key_id: int) -> None:
    """Let the key open nothing any more, at once and for good; revoking it again changes nothing."""
    ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=Now())
