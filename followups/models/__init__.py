"""The four tables the mobile client writes, and ours beside them."""

from followups.models.contract import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from followups.models.ours import ApiKey, FollowUpArchive, FollowUpAttempt

__all__ = [
    "ApiKey",
    "FollowUpArchive",
    "FollowUpAttempt",
    "FollowUpMessage",
    "FollowUpRequest",
    "Provider",
    "ProviderReviewRequest",
]
