"""Keys to the contract's tables: made once, shown once, taken back for good."""

import hashlib
import re

import pytest

from followups.actions.make_key import make_key, revoke_key
from followups.models import ApiKey
from tests.make import Make

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_only_its_digest_is_kept(make: Make) -> None:
    key, text = make_key(tenant=make.clinic, name="Provider app", made_by=make.ada)
    assert re.fullmatch(r"okta_[\w-]{43}", text)
    row = ApiKey.objects.values().get()
    assert row == {
        "id": key.pk,
        "tenant_id": make.clinic.pk,
        "name": "Provider app",
        "prefix": text[:11],
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "created_by_id": make.ada.pk,
        "created_at": key.created_at,
        "last_used_at": None,
        "revoked_at": None,
    }
    assert text not in map(str, row.values())


def test_no_two_keys_are_the_same(make: Make) -> None:
    texts = {make_key(tenant=make.clinic, name="Provider app", made_by=None)[1] for _ in range(3)}
    assert len(texts) == 3


def test_a_revoked_key_stays_revoked_since_the_first_time(make: Make) -> None:
    key, _text = make_key(tenant=make.clinic, name="Provider app", made_by=make.ada)
    other, _text = make_key(tenant=make.clinic, name="Another", made_by=make.ada)
    revoke_key(key_id=key.pk)
    first = ApiKey.objects.get(pk=key.pk).revoked_at
    assert first is not None
    revoke_key(key_id=key.pk)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == first
    assert ApiKey.objects.get(pk=other.pk).revoked_at is None
