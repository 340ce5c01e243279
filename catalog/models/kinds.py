"""What kinds of gathering and of staff there are, and how changes of the catalogue are kept."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


def every_change() -> tuple[pghistory.Tracker, ...]:
    """Make new trackers for each model: a tracker keeps the columns of the first model it is given."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


class EventKind(models.TextChoices):
    """What kind of gathering is helped. Source: S1."""

    MEETING = "MEETING", _("Meeting")
    TRAINING = "TRAINING", _("Training session")
    EVENT = "EVENT", _("Event")


class StaffRole(models.TextChoices):
    """What a member of the provider's staff does; one person can hold several."""

    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    COORDINATOR = "COORDINATOR", _("Scheduling coordinator")
    PM = "PM", _("Project manager")
    ANALYST = "ANALYST", _("Analyst")
    PRODUCER = "PRODUCER", _("Producer")
