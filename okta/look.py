"""How the admin looks; read by ``okta.settings``."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def favicon(request: Any) -> str:
    return static("okta/favicon.svg")


def theme(request: Any) -> str:
    return static("okta/theme.css")


def theme_script(request: Any) -> str:
    return static("okta/theme.js")


UNFOLD = {
    "SITE_TITLE": "Okta",
    "SITE_HEADER": "Okta",
    "SITE_SUBHEADER": _("Between visits"),
    "SITE_SYMBOL": "physical_therapy",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "STYLES": [theme],
    "SCRIPTS": [theme_script],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "GLOBAL_CALLBACK": "accounts.idle.page.context",
    "SIDEBAR": {"navigation": "okta.admin.navigation"},
    "DASHBOARD_CALLBACK": "okta.admin.overview",
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0f766e",
            "700": "#0d655e",
            "800": "#115e59",
            "900": "#134e4a",
            "950": "#042f2e",
        },
    },
}
