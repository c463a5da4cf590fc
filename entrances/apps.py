from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntrancesConfig(AppConfig):
    name = "entrances"
    verbose_name = _("App visits")
