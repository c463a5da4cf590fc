from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RtmConfig(AppConfig):
    name = "rtm"
    verbose_name = _("Remote monitoring")
