"""What happens to engagements: opened with an order, moved, covered, ended."""

from engagements.actions.closing import EngagementOver, cancel_engagement, sync_states
from engagements.actions.covering import LacksRole, find_cover, substitute
from engagements.actions.moving import move_engagement
from engagements.actions.opening import open_engagement
from engagements.brief import Brief, DayBrief
from engagements.queries import DaysDiffer

__all__ = [
    "Brief",
    "DayBrief",
    "DaysDiffer",
    "EngagementOver",
    "LacksRole",
    "cancel_engagement",
    "find_cover",
    "move_engagement",
    "open_engagement",
    "substitute",
    "sync_states",
]
