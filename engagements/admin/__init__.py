"""The project managers' screens: engagements with their timeline, appointments, promises and papers."""

from engagements.admin.appointments import AppointmentAdmin
from engagements.admin.engagements import EngagementAdmin
from engagements.admin.papers import DeliverableAdmin
from engagements.admin.tasks import TaskAdmin

__all__ = ["AppointmentAdmin", "DeliverableAdmin", "EngagementAdmin", "TaskAdmin"]
