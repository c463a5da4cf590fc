"""Who is calling: bearer tokens, stored hashed, expiring, revocable."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User


class BearerToken(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """``Authorization: Bearer <token>``, for people whose account and clinic are active."""

    def authenticate(self, request: Request) -> tuple[User, object] | None:
        try:
            found: tuple[User, object] | None = super().authenticate(request)
        except UnicodeDecodeError as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
        return found

    def validate_user(self, auth_token: object) -> tuple[User, object]:
        user, token = super().validate_user(auth_token)
        if user.tenant_id is not None and not user.tenant.is_active:
            raise AuthenticationFailed(_("This clinic is not active."))
        return user, token


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI describes it."""

    target_class = "accounts.authentication.BearerToken"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
