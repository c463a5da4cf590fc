"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from notifications.api import ForgetDevice, Notifications, ReadNotification, RegisterDevice, WebPushKey
from notifications.inbound import SmsInbound

urlpatterns: list[URLPattern | URLResolver] = [
    path("devices", RegisterDevice.as_view(), name="devices"),
    path("devices/<int:device_id>", ForgetDevice.as_view(), name="device"),
    path("web-push/key", WebPushKey.as_view(), name="web-push-key"),
    path("sms/inbound", SmsInbound.as_view(), name="sms-inbound"),
    path("notifications", Notifications.as_view(), name="notifications"),
    path("notifications/<int:notification_id>/read", ReadNotification.as_view(), name="notification-read"),
]
