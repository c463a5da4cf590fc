"""Who is calling: a clinic's key, in the header ``apikey``, as a bearer token, or in both."""

import logging
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest

from followups.keys import digest_of
from followups.models import ApiKey
from followups.rest.errors import no_key

logger = logging.getLogger(__name__)

NOTED_EVERY: Final = timedelta(minutes=1)


def clinic_of(request: HttpRequest) -> int:
    """
    The id of the clinic whose key came with the request.

    :raises Refused: without a key, with two different ones, or with one that opens nothing.
    """
    sent = {key for key in (request.headers.get("apikey", "").strip(), _bearer(request)) if key}
    if len(sent) != 1:
        raise no_key()
    opens = ApiKey.objects.filter(digest=digest_of(sent.pop()), revoked_at=None, tenant__is_active=True)
    key = opens.annotate(noted=Q(last_used_at__gt=Now() - NOTED_EVERY)).first()
    if key is None:
        raise no_key()
    if not key.noted:
        _note_use(key.pk)
    return key.tenant_id


def _bearer(request: HttpRequest) -> str:
    """The bearer token; another scheme is taken as it stands, so that it opens nothing."""
    written = request.headers.get("Authorization", "").strip()
    scheme, _space, token = written.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else written


def _note_use(key_id: int) -> None:
    """Remember that the key is in use; a request never waits for that, nor fails by it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            ApiKey.objects.filter(pk=key_id).update(last_used_at=Now())
    except DatabaseError as error:
        logger.warning("the use of key %s was not noted: %s", key_id, type(error).__name__)
