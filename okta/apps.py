"""What this app is called, and what libraries' apps are called on our pages."""

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models import Field, ForeignKey
from django.utils.translation import gettext_lazy as _

from okta.lookups import AnyOf

if TYPE_CHECKING:
    _AxesConfig = AppConfig
else:
    from axes.apps import AppConfig as _AxesConfig


class OktaConfig(AppConfig):
    name = "okta"
    verbose_name = "Okta"

    def ready(self) -> None:
        Field.register_lookup(AnyOf)
        # A key to another table looks no further than itself.
        ForeignKey.register_lookup(AnyOf)


class FailuresConfig(_AxesConfig):
    """Failing and refused sign-ins."""

    name = "axes"
    verbose_name = _("Operations")


class SignedInConfig(AppConfig):
    """
    Where people are signed in.

    The library has no words for its table. They are set on the loaded model: written into its
    options or fields they would be a migration of somebody else's app.
    """

    name = "knox"
    verbose_name = _("What people are told")

    def ready(self) -> None:
        token = self.get_model("AuthToken")
        token._meta.verbose_name, token._meta.verbose_name_plural = _("sign-in"), _("sign-ins")
        for name, label in (("user", _("person")), ("created", _("signed in at")), ("expiry", _("valid until"))):
            field: Any = token._meta.get_field(name)
            field.verbose_name = label
