"""The doors below ``/rest/v1/``."""

from django.urls import URLPattern, URLResolver, path, re_path

from followups.rest.views import FollowUpMessages, FollowUpRequests, NoTable, ProviderReviewRequests, Providers

urlpatterns: list[URLPattern | URLResolver] = [
    path("follow_up_requests", FollowUpRequests.as_view(), name="rest-follow-up-requests"),
    path("follow_up_messages", FollowUpMessages.as_view(), name="rest-follow-up-messages"),
    path("provider_review_requests", ProviderReviewRequests.as_view(), name="rest-review-requests"),
    path("providers", Providers.as_view(), name="rest-providers"),
    re_path(r"", NoTable.as_view(), name="rest-no-table"),
]
