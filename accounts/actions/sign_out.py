from knox.models import AuthToken


def sign_out(*, token: AuthToken) -> None:
    """Revoke one token; the person's other devices stay signed in."""
    token.delete()
