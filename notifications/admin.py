"""What people were told, and what became of the pushes: written by the product, to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.clinic_admin import ClinicAdmin, badge
from notifications.about import with_patient
from notifications.forms import NumberForm
from notifications.models import Device, Notification, Push
from notifications.states import PushStatus

TONES = {
    PushStatus.PENDING: "orange",
    PushStatus.SENT: "blue",
    PushStatus.DELIVERED: "emerald",
    PushStatus.FAILED: "red",
}
SHOWN_OF_A_TOKEN = 6


def shortened(token: str) -> str:
    """
    Enough of a token to recognise it by, too little to send to it.

    >>> shortened("ExponentPushToken[abcdefghijklmnopqrstuv]")
    'Expone…qrstuv]'
    """
    if len(token) <= 3 * SHOWN_OF_A_TOKEN:
        return "…"
    return f"{token[:SHOWN_OF_A_TOKEN]}…{token[-SHOWN_OF_A_TOKEN - 1 :]}"


@admin.register(Notification)
class NotificationPage(ClinicAdmin):
    """Who was told what, and have they read it."""

    clinic_path = "recipient__tenant"
    patient_path = "patient"
    list_display = ("created_at", "recipient", "type", "body", "was_read")
    list_select_related = ("recipient",)
    list_filter = ("type", ("read_at", admin.EmptyFieldListFilter))
    search_fields = ("recipient__first_name", "recipient__last_name")
    ordering = ("-created_at", "-pk")
    fields = ("recipient", "type", "title", "body", "data", "created_at", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_patient(super().get_queryset(request))

    @admin.display(description=_("read"), ordering="read_at")
    def was_read(self, notification: Notification) -> SafeString:
        return badge(_("read")) if notification.read_at else badge(_("unread"), "blue")


@admin.register(Push)
class PushPage(ClinicAdmin):
    """Did the push arrive; if not, why not."""

    clinic_path = "notification__recipient__tenant"
    patient_path = "patient"
    list_display = ("created_at", "recipient", "body", "outcome", "attempts", "last_error")
    list_select_related = ("notification__recipient",)
    list_filter = ("status", "platform")
    search_fields = ("notification__recipient__first_name", "notification__recipient__last_name", "ticket")
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": ("recipient", "title", "body", "data")}),
        (
            _("Delivery"),
            {"fields": ("outcome", "attempts", "last_error", "next_attempt_at", "platform", "ticket", "settled_at")},
        ),
    )
    readonly_fields = ("recipient", "outcome")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_patient(super().get_queryset(request), path="notification__")

    @admin.display(description=_("to"), ordering="notification__recipient__last_name")
    def recipient(self, push: Push) -> str:
        return push.notification.recipient.name

    @admin.display(description=_("status"), ordering="status")
    def outcome(self, push: Push) -> SafeString:
        return badge(push.get_status_display(), TONES[PushStatus(push.status)])


@admin.register(Device)
class DevicePage(ClinicAdmin):
    """Where people can be reached. Apps and browsers register themselves; a phone number is entered here."""

    clinic_path = "user__tenant"
    patient_path = "user"
    can_add = True
    form = NumberForm
    autocomplete_fields = ("user",)
    list_display = ("user", "platform", "short_token", "standing", "registered_at")
    list_select_related = ("user",)
    list_filter = ("platform", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("user__first_name", "user__last_name", "user__email")
    ordering = ("-registered_at", "-pk")
    fields = ("user", "platform", "short_token", "standing", "registered_at", "retired_at")
    readonly_fields = ("short_token", "standing")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "token") if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        """Nothing is left to write: the form has registered the number."""

    @admin.display(description=_("token"))
    def short_token(self, device: Device) -> str:
        return shortened(device.token)

    @admin.display(description=_("standing"), ordering="retired_at")
    def standing(self, device: Device) -> SafeString:
        return badge(_("retired"), "red") if device.retired_at else badge(_("in use"), "emerald")
