"""Who signs in and whom they work for; their sites, and the keys of their programs."""

from customers.choices import KeyScope, Language, LeadTimePolicy, Platform, Role, ScheduleUpdates
from customers.models.counters import CacheEntry, RateCount
from customers.models.people import Invitation, Membership, Organisation, Site, User, UserManager
from customers.models.programs import ApiKey, CalendarFeed, IdempotentAnswer

__all__ = [
    "ApiKey", "CacheEntry", "CalendarFeed", "IdempotentAnswer", "Invitation", "KeyScope", "Language", "LeadTimePolicy", "Membership",
    "Organisation", "Platform", "RateCount", "Role", "ScheduleUpdates", "Site", "User", "UserManager",
]  # fmt: skip
