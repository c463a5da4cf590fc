"""The forms behind "Schedule follow-up" and "Send"."""

from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from console.conversations.rules import Chosen, NoSuchTime, Passed, TooFar, chosen, offered
from console.conversations.states import When
from console.words import place
from followups.rules import wrong_with
from followups.states import Urgency
from messaging.rules import MAX_TEXT

LOCAL: Final = "%Y-%m-%dT%H:%M"
"""How a browser writes a day and a time."""
SHOWN: Final = "%Y-%m-%dT%H:%M:%S%z"
"""How a page writes when it was made."""
PASSED: Final = _("This time has passed. Choose a later one.")


def first_words(recipient: User) -> str:
    """What the form proposes to say, in the recipient's language."""
    with override(recipient.language):
        return gettext("How is it going?")


class ScheduleForm(forms.Form):
    """
    What to say, and when; a valid form knows the instant as ``moment``.

    ``when`` is the button that was pressed, ``at`` the day and time by the recipient's clock that goes
    with the last one, ``shown`` the instant at which the page with the buttons was made.
    """

    display_text = forms.CharField(required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, initial=Urgency.ROUTINE)
    when = forms.ChoiceField(choices=When.choices, error_messages={"required": _("Choose a time.")})
    at = forms.CharField(required=False)
    shown = forms.DateTimeField(required=False, input_formats=[SHOWN])

    def __init__(self, data: Any = None, *, now: datetime, recipient: User) -> None:
        super().__init__(data, initial={"display_text": first_words(recipient), "urgency": Urgency.ROUTINE.value})
        self.now, self.zone = now, recipient.zone
        self.moment: Chosen | None = None

    def clean_display_text(self) -> str:
        # A browser ends lines as nobody else does.
        text: str = self.cleaned_data["display_text"].replace("\r\n", "\n")
        if wrong := wrong_with(text):
            raise forms.ValidationError(str(wrong))
        return text

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        when = self.cleaned_data.get("when")
        if when == When.CHOSEN:
            self.moment = self._chosen()
        elif when:
            self.moment = self._offered(When(when))
        return data

    def _offered(self, when: When) -> Chosen | None:
        """The instant that a button stands for; None after saying that it has passed."""
        shown = self.cleaned_data.get("shown")
        try:
            return Chosen(offered(when, now=self.now, zone=self.zone, shown=shown), twice=False)
        except Passed:
            self.add_error("when", PASSED)
            return None

    def _chosen(self) -> Chosen | None:
        """The instant meant by ``at``; None after saying what is wrong with it."""
        try:
            local = datetime.strptime(self.cleaned_data.get("at", ""), LOCAL)  # noqa: DTZ007  by the recipient's clock
        except ValueError:
            self.add_error("at", gettext("Choose a day and a time."))
            return None
        try:
            return chosen(local, now=self.now, zone=self.zone)
        except NoSuchTime:
            self.add_error("at", skipped(local, self.zone))
        except Passed:
            self.add_error("at", PASSED)
        except TooFar:
            self.add_error("at", gettext("Choose a time within a year from now."))
        return None


def skipped(local: datetime, zone: ZoneInfo) -> str:
    """Why nobody's clock in ``zone`` will show ``local``."""
    return gettext("There is no %(time)s on %(day)s in %(place)s: the clocks are put forward. Choose another time.") % {
        "time": date_format(local, "G:i"),
        "day": date_format(local, "j E"),
        "place": place(zone),
    }


class ReplyForm(forms.Form):
    """
    What is said in a conversation: what its API takes, counted as it counts.

    Every form comes with a ``client_message_id`` of its own, so that one form, however often it is
    sent, says one thing.
    """

    content = forms.CharField(error_messages={"required": _("Write something first.")})
    client_message_id = forms.UUIDField(
        error_messages=dict.fromkeys(("required", "invalid"), _("The form did not arrive whole. Send it once more."))
    )

    def clean_content(self) -> str:
        # A browser ends lines as nobody else does.
        text: str = self.cleaned_data["content"].replace("\r\n", "\n")
        if len(text) > MAX_TEXT:
            told = gettext("A message has at most %(most)d characters; this one has %(has)d.")
            raise forms.ValidationError(told % {"most": MAX_TEXT, "has": len(text)})
        return text

    @property
    def name(self) -> str:
        """The name under which a browser may send it again: its own, as long as nothing was said under it."""
        own = self.cleaned_data.get("client_message_id") if self.is_bound and self.errors else None
        return str(own or uuid4())

    @property
    def wrong(self) -> str:
        """What is wrong with it, in a sentence; nothing if nothing is."""
        return " ".join(str(sentence) for found in self.errors.values() for sentence in found)
