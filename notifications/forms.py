"""The form behind the admin page of devices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.forms import ClinicForm
from notifications.actions.register_number import register_number
from notifications.models import Device
from notifications.sms import number_from
from okta.errors import Refusal


class NumberForm(ClinicForm):
    """A person's number for text messages; apps and browsers register themselves."""

    token = forms.CharField(
        label=_("phone number"),
        max_length=32,
        help_text=_("With the country, such as +44 1632 960001. For text messages to somebody without the app."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Device
        fields = ("user", "token")

    def clean_token(self) -> str:
        number = number_from(self.cleaned_data["token"])
        if number is None:
            raise forms.ValidationError(_("This is not a phone number with its country, such as +44 1632 960001."))
        return number

    def clean(self) -> dict[str, Any] | None:
        """
        Register the number, so that a refusal is shown beside it.

        Checked here and written later, it could be opted out or taken in between.
        """
        data = super().clean()
        if {"user", "token"} <= set(self.cleaned_data):
            try:
                self.instance = register_number(user=self.cleaned_data["user"], number=self.cleaned_data["token"])
            except Refusal as refusal:
                self.add_error("token", str(refusal.sentence))
        return data
