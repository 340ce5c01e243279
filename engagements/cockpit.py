"""What the event day's pages read: whose day it is, which day it is, and everything that stands on it."""

from collections.abc import Sequence
from datetime import datetime

from customers.access import has_staff_role
from customers.models import User
from engagements.models import Assignment, Engagement, EventDay
from engagements.queries import SEES_EVERYTHING


def is_on_the_team(user: User, engagement: Engagement) -> bool:
    """Tell whether a member of staff works on it now, or plans for everyone."""
    if has_staff_role(user, *SEES_EVERYTHING):
        return True
    mine = Assignment.objects.filter(organisation_id=engagement.organisation_id, engagement=engagement, ended_at=None)
    return mine.filter(staff__user_id=user.pk).exists()


def day_of(days: Sequence[EventDay], at: datetime) -> EventDay:
    """Return the event day that an instant belongs to: the last one whose window had opened, else the first."""
    return next((day for day in reversed(days) if day.window_starts_at <= at), days[0])
