"""What is read about engagements: whose they are, who works on them, what both sides promised, and who may do what."""

from engagements.queries.engagements import (
    SEES_EVERYTHING,
    Contact,
    contact,
    coordinator_for,
    coordinator_staff_for,
    current_assignments,
    engagements_for_list,
    engagements_visible_to,
    is_staffed,
    seat_with_everything,
    team_of,
)
from engagements.queries.hours import Hours, PlannedHours, hours_of
from engagements.queries.planning import DaysDiffer, calendar_of, carried_sessions, preview_move, replanned
from engagements.queries.promises import (
    Promise,
    promise_list,
    standing_of,
    tasks_visible_to,
    warnings_lag,
)
from engagements.queries.recordings import recordings_of, recordings_visible_to, repository_grants_of
from engagements.queries.rights import may_approve, may_complete, may_file, may_grant, may_plan, may_run, may_waive

__all__ = [
    "SEES_EVERYTHING",
    "Contact",
    "DaysDiffer",
    "Hours",
    "PlannedHours",
    "Promise",
    "calendar_of",
    "carried_sessions",
    "contact",
    "coordinator_for",
    "coordinator_staff_for",
    "current_assignments",
    "engagements_for_list",
    "engagements_visible_to",
    "hours_of",
    "is_staffed",
    "may_approve",
    "may_complete",
    "may_file",
    "may_grant",
    "may_plan",
    "may_run",
    "may_waive",
    "preview_move",
    "promise_list",
    "recordings_of",
    "recordings_visible_to",
    "replanned",
    "repository_grants_of",
    "seat_with_everything",
    "standing_of",
    "tasks_visible_to",
    "team_of",
    "warnings_lag",
]
