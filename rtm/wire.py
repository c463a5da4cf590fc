"""The shapes of this app's requests and answers."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from okta.fields import Key, WireSerializer
from rtm.models import LONGEST_ENTRY, NOTE_LIMIT, TimeEntry
from rtm.proposals import Proposal, month_name
from rtm.queries import Monitoring, clinic_zone
from rtm.rules import Window, month_of
from rtm.rulesets import RULE_SETS
from rtm.states import Grade, MonthReason, WindowReason

SO_FAR = {
    WindowReason.REACHED: WindowReason.REACHED_SO_FAR,
    WindowReason.TOO_FEW_DAYS: WindowReason.TOO_FEW_SO_FAR,
}


class Whose(WireSerializer):
    """The patient a request is about."""

    patient_id = Key()


def validate_start(started_at: datetime) -> None:
    """Refuse what began before there were rules, give or take a time zone."""
    if started_at.date() < RULE_SETS[0].in_force_from - timedelta(days=1):
        raise serializers.ValidationError(_("There was no remote therapeutic monitoring yet."))


class TimeInput(Whose):
    started_at = serializers.DateTimeField(validators=[validate_start], help_text="Not in the future.")
    seconds = serializers.IntegerField(min_value=1, max_value=LONGEST_ENTRY)
    live_contact = serializers.BooleanField(
        help_text="Whether patient and doctor spoke with each other; a message is not a live contact."
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT)


class TimeRow(WireSerializer):
    """A time entry; ``month`` is the clinic's calendar month it belongs to, the one it began in."""

    id = Key()
    patient_id = Key()
    doctor_id = Key()
    started_at = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    live_contact = serializers.BooleanField()
    note = serializers.CharField()
    month = serializers.SerializerMethodField()

    def get_month(self, entry: TimeEntry) -> str:
        return month_name(month_of(entry.started_at, clinic_zone(entry.patient)))


class DayRow(WireSerializer):
    """A local day of the patient with any evidence; only therapeutic days count."""

    date = serializers.DateField(source="day")
    grade = serializers.ChoiceField(choices=Grade.choices)
    counted = serializers.BooleanField()
    reason = serializers.CharField(source="reason.label", help_text="A sentence: why it counts, or does not.")


class EpisodeRow(WireSerializer):
    """The set-up code, once per episode; an episode is everything from the first counted day on."""

    starts_on = serializers.DateField(allow_null=True)
    reached_on = serializers.DateField(allow_null=True, help_text="The day that supports the code.")
    code = serializers.CharField(allow_null=True)
    reason = serializers.CharField(source="reason.label")


class WindowRow(WireSerializer):
    """Thirty days, both ends included; what is said of an open one is said so far."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    days = serializers.IntegerField(help_text="Distinct counted days.")
    code = serializers.CharField(allow_null=True)
    reason = serializers.SerializerMethodField()

    def get_reason(self, window: Window) -> str:
        today: date = self.context["today"]
        reason = SO_FAR.get(window.reason, window.reason) if today <= window.ends_on else window.reason
        return str(reason.label)


class MonthRow(WireSerializer):
    """A calendar month of the clinic; a locked one is as it was certified."""

    month = serializers.RegexField(r"^\d{4}-\d{2}$", help_text="Such as `2026-04`.")
    seconds = serializers.IntegerField(help_text="Management time, summed and never rounded.")
    live_contacts = serializers.IntegerField()
    codes = serializers.ListField(child=serializers.CharField(), help_text="A code is repeated as often as it counts.")
    reason = serializers.CharField()
    locked_at = serializers.DateTimeField(allow_null=True, help_text="When a clinician certified it.")


class MonitoringAnswer(WireSerializer):
    """What is proposed, with why; a clinician certifies. Newest first."""

    episode = EpisodeRow()
    days = DayRow(many=True)
    windows = WindowRow(many=True)
    months = MonthRow(many=True)


def monitoring_answer(found: Monitoring) -> dict[str, Any]:
    """Render a patient's monitoring."""
    context = {"today": found.today}
    shown = {
        "episode": found.episode,
        "days": found.days,
        "windows": found.windows,
        "months": [_month(proposed, locked_at) for proposed, locked_at in found.months],
    }
    return dict(MonitoringAnswer(shown, context=context).data)


def _month(proposed: Proposal, locked_at: datetime | None) -> dict[str, Any]:
    return {
        "month": proposed["month"],
        "seconds": proposed["seconds"],
        "live_contacts": proposed["liveContacts"],
        "codes": proposed["codes"],
        "reason": MonthReason(proposed["reason"]).label,
        "locked_at": locked_at,
    }
