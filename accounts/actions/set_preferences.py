from accounts.models import User


def set_preferences(*, user: User, timezone: str | None = None, language: str | None = None) -> None:
    """
    Change how a person reads the product; None leaves things as they are.

    ``timezone`` is an IANA name, or empty for the clinic's; ``language`` one of ``states.Language``.
    Days that are already written down stay in the zone they were written in.
    """
    given = {"timezone": timezone, "language": language}
    changes = {name: value for name, value in given.items() if value is not None}
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
