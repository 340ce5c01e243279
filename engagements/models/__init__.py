"""The work that a confirmed order opens: event days, the agenda, the people on it, and what each side owes."""

from engagements.models.agenda import Session
from engagements.models.appointments import APPOINTMENT_STEPS, Appointment, RehearsalCheck
from engagements.models.day import CHANGE_STEPS, HandoverNote, Incident, MinorChange, Tick
from engagements.models.engagement import ENGAGEMENT_STEPS, Engagement, EventDay
from engagements.models.hours import HoursBudget, HoursEntry
from engagements.models.marks import ReadinessMark
from engagements.models.papers import Communication, Deliverable
from engagements.models.recordings import Recording, RecordingDownload, RecordingFormat, RepositoryGrant
from engagements.models.speakers import Speaker
from engagements.models.tasks import TASK_STEPS, Task
from engagements.models.team import Assignment

__all__ = [
    "APPOINTMENT_STEPS",
    "CHANGE_STEPS",
    "ENGAGEMENT_STEPS",
    "TASK_STEPS",
    "Appointment",
    "Assignment",
    "Communication",
    "Deliverable",
    "Engagement",
    "EventDay",
    "HandoverNote",
    "HoursBudget",
    "HoursEntry",
    "Incident",
    "MinorChange",
    "ReadinessMark",
    "Recording",
    "RecordingDownload",
    "RecordingFormat",
    "RehearsalCheck",
    "RepositoryGrant",
    "Session",
    "Speaker",
    "Task",
    "Tick",
]
