"""The form with which a month is certified."""

from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import ClinicForm
from okta.errors import Refusal
from rtm.actions.certify_month import check_certifiable, what_would_be_certified
from rtm.models import CertifiedMonth
from rtm.proposals import digest
from rtm.words import in_words


class CertifyForm(ClinicForm):
    """
    Whose month, which one, and who certifies it; asked twice.

    The first time it shows what would be certified, and remembers what it has shown; the second
    time exactly that is certified. ``shows_proposal`` says whether it shows what it has found of the patient.
    """

    about = "patient"
    now: ClassVar[datetime]
    shows_proposal = False

    looked_at = forms.CharField(label=_("what was looked at"), required=False, widget=forms.HiddenInput)

    class Meta:
        model = CertifiedMonth
        fields = ("patient", "month", "certified_by")

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if {"patient", "month", "certified_by"} <= set(self.cleaned_data):
            self._refuse_or_show()
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # Whether the month is certified already is told in our own words.
        return super()._get_validation_exclusions() | {"month"}

    def _refuse_or_show(self) -> None:
        patient, month = self.cleaned_data["patient"], self.cleaned_data["month"]
        try:
            check_certifiable(
                patient=patient, month=month, certified_by=self.cleaned_data["certified_by"], now=self.now
            )
        except Refusal as refused:
            self.add_error(None, str(refused.sentence))
            return
        proposed = what_would_be_certified(patient=patient, month=month)
        if self.cleaned_data["looked_at"] != digest(proposed):
            # The form is shown again with what was sent, and with what it now shows.
            self.data = {**self.data, "looked_at": digest(proposed)}
            self.shows_proposal = True
            self.add_error(None, [_("This is what would be certified. Save again to certify it."), *in_words(proposed)])
