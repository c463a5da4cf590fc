"""Every door of the web process."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny

from okta.health import livez, readyz
from okta.metrics import metrics

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("workouts.urls")),
    path("", include("messaging.urls")),
    path("", include("notifications.urls")),
    path("", include("rtm.urls")),
    path("", include("feedback.urls")),
    path("", include("entrances.urls")),
    path("", include("followups.urls")),
    path("", include("care.urls")),
    path(
        "schema",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]),
        name="schema",
    ),
    path(
        "docs",
        SpectacularSwaggerView.as_view(authentication_classes=[], permission_classes=[AllowAny], url_name="schema"),
        name="docs",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("v2/", include(api)),
    path("rest/v1/", include("followups.rest.urls")),
    # Before the admin's own addresses: its first page is another one for doctors.
    path("admin/", include("console.urls")),
    path("admin/", include("accounts.idle.urls")),
    path("admin/", include("accounts.admin.urls")),
    path("admin/language/", admin.site.admin_view(set_language), name="set_language"),
    path("admin/", admin.site.urls),
]

handler404 = "okta.api_errors.not_found"
handler500 = "okta.api_errors.server_error"
