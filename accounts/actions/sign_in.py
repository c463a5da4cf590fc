from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from axes.helpers import get_cool_off
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from rest_framework.request import Request

from accounts.models import User
from okta.errors import Refusal


class InvalidCredentials(Refusal):
    """Unknown e-mail, wrong password, inactive account: nobody is told which."""

    code = "invalid_credentials"
    status = 401
    sentence = _("E-mail or password is wrong.")


class TooManyAttempts(Refusal):
    """Too many failures for this e-mail from this address; every further try starts the wait again."""

    code = "too_many_attempts"
    status = 429
    sentence = _("Too many failed attempts. Please wait before you try again.")

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new token, readable only now: it is stored hashed."""

    user: User
    token: str
    expires_at: datetime


def sign_in(*, request: Request, email: str, password: str, now: datetime) -> SignedIn:
    """
    Give a person a new bearer token, and forget their expired ones.

    Every refused try costs one password hash, whether or not the e-mail is known.

    :raises InvalidCredentials: when e-mail and password are not those of an active person of an active clinic.
    :raises TooManyAttempts: after too many failures; then the right password is refused as well.
    """
    user = _authenticated(request, email.lower(), password)
    if user is None or not user.may_sign_in:
        raise InvalidCredentials
    # Whoever counts failures starts again, and the person's last sign-in is noted.
    user_logged_in.send(sender=User, request=request, user=user)
    AuthToken.objects.filter(user=user, expiry__lte=now).delete()
    row, token = AuthToken.objects.create(user=user)
    return SignedIn(user=user, token=token, expires_at=row.expiry)


def _authenticated(request: Request, email: str, password: str) -> User | None:
    # DRF's request, not the one inside it: a lock-out is marked on what is given here, and the
    # middleware that answers marked requests in its own words must not see the mark.
    given = cast(HttpRequest, request)
    user = authenticate(given, username=email, password=password)
    if user is None and getattr(request, "axes_locked_out", False):
        raise TooManyAttempts(get_cool_off())
    return user
