"""Who is calling: bearer tokens, stored hashed, expiring, revocable."""

from typing import cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from okta import clock


class BearerToken(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """``Authorization: Bearer <token>``, for people whose account and clinic are active."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        try:
            found: tuple[User, AuthToken] | None = super().authenticate(request)
        except UnicodeError as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """
        Find the person behind a token, in one query.

        A token is 256 random bits, so its digest is looked up as a key: there is nothing to learn
        from the time that takes.
        """
        digest = hash_token(token.decode())
        found = AuthToken.objects.select_related("user__tenant").filter(digest=digest).first()
        if found is None or (found.expiry is not None and found.expiry <= clock.now()):
            raise AuthenticationFailed(_("Invalid token."))
        user: User = found.user
        if not user.may_sign_in:
            raise AuthenticationFailed(_("This account is not active."))
        return user, found


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI describes it."""

    target_class = "accounts.authentication.BearerToken"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def caller(request: Request) -> User:
    """The person behind a request that a permission class has already let in."""
    return cast(User, request.user)
