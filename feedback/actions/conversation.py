"""Where a patient's feedback and the therapists' notes are shown."""

from collections.abc import Sequence

from accounts.models import User
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation


def feedback_conversation(*, patient: User, doctors: Sequence[User]) -> Conversation | None:
    """
    The conversation of a patient with exactly these doctors; opened if there is none yet.

    One doctor: the one-on-one. Several: the group titled "{firstName}'s Doctors" of exactly these
    people, so a doctor who joins later gets a new group. None: None.
    """
    if not doctors:
        return None
    # The title is part of what the group is known by, so it is not translated.
    title = f"{patient.first_name}'s Doctors" if len(doctors) > 1 else ""
    conversation, _opened = open_conversation(people=[patient, *doctors], title=title)
    return conversation
