"""Clinics, their features, the people in them, who cares for whom, and who has looked at whose data."""

from accounts.admin.clinics import TenantPage
from accounts.admin.features import FlagsPage
from accounts.admin.people import CareLinkPage, PersonPage, SignedInPage, tell
from accounts.admin.readings import ReadingPage

__all__ = ["CareLinkPage", "FlagsPage", "PersonPage", "ReadingPage", "SignedInPage", "TenantPage", "tell"]
