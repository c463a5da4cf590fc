"""Follow-ups, what became of each, and the keys to their tables; what came from outside is untrusted text."""

from followups.admin.contract import MessagePage, ProviderPage, ReviewRequestPage
from followups.admin.follow_ups import ArchivePage, AttemptPage, FollowUpPage
from followups.admin.keys import ApiKeyPage

__all__ = [
    "ApiKeyPage",
    "ArchivePage",
    "AttemptPage",
    "FollowUpPage",
    "MessagePage",
    "ProviderPage",
    "ReviewRequestPage",
]
