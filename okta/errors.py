"""Refusals: requests we understood and will not carry out."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """
    The base of every named refusal; subclasses live beside the action that raises them.

    ``code`` is for programs, ``sentence`` for people (translated, free of patient data), ``status``
    is the HTTP answer, ``fields`` names what was wrong with which part of the input.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    sentence: ClassVar[str | Promise] = _("This cannot be done.")

    def __init__(self, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(self.code)
        self.fields: dict[str, list[str]] = {
            name: [str(message) for message in messages] for name, messages in (fields or {}).items()
        }


class InvalidInput(Refusal):
    """Input that parsed, but does not fit the rows it speaks of; ``fields`` says where and why."""

    code = "invalid"
    sentence = _("The request has invalid fields.")


class NotFound(Refusal):
    """The row does not exist, or does not exist for this person; the answer is the same."""

    code = "not_found"
    status = 404
    sentence = _("Not found.")


class Forbidden(Refusal):
    """The row is visible to this person, and not theirs to change."""

    code = "permission_denied"
    status = 403
    sentence = _("You may see this, but not change it.")


class FeatureDisabled(Refusal):
    """The clinic has not switched on the feature behind this call."""

    code = "feature_disabled"
    status = 403
    sentence = _("Feature not enabled for this tenant")


def reason(error: BaseException) -> str:
    """
    Name an error and the line that raised it, in at most 200 characters.

    For rows and logs: the message of an error may quote a row, and with it a patient's words.
    """
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" at {frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{where}"[:200]
