"""The words that columns of this app may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """The languages that pages and mails speak."""

    EN = "en", _("English")
    FR = "fr", _("French")


class LeadTimePolicy(models.TextChoices):
    """What happens to an order that comes later than the package's lead time. Source: S9."""

    ADVISE = "ADVISE", _("Warn, and confirm anyway")
    NEEDS_APPROVAL = "NEEDS_APPROVAL", _("Wait for the coordinator")
    BLOCK = "BLOCK", _("Refuse")


class Platform(models.TextChoices):
    """What a site runs, which decides what can be ordered for it. Source: S2, S20."""

    MEETINGS = "MEETINGS", _("Meetings")
    TRAINING = "TRAINING", _("Training")
    EVENTS = "EVENTS", _("Events")
    WEBINARS = "WEBINARS", _("Webinars")


class ScheduleUpdates(models.TextChoices):
    """Who changes the meeting on the site after a new date. Source: S52."""

    MANUAL = "MANUAL", _("The customer, on the site")
    AUTO_AFTER_CONFIRM = "AUTO_AFTER_CONFIRM", _("Automatic, after confirmation")


class Role(models.TextChoices):
    """What a member may do in its organisation; each role may do what the ones below it may."""

    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    ORDERER = "ORDERER", _("Orderer")
    VIEWER = "VIEWER", _("Viewer")


class KeyScope(models.TextChoices):
    """What an API key may do."""

    ORDERS_READ = "orders:read", _("Read orders")
    ORDERS_WRITE = "orders:write", _("Place, move and cancel orders")
    ENGAGEMENTS_READ = "engagements:read", _("Read engagements")
    ENGAGEMENTS_WRITE = "engagements:write", _("Complete tasks")
    REPORTS_READ = "reports:read", _("Read reports")
    WEBHOOKS_WRITE = "webhooks:write", _("Manage webhook endpoints")


class ReportMails(models.TextChoices):
    """How often somebody's figures come by mail."""

    OFF = "OFF", _("Never")
    WEEKLY = "WEEKLY", _("Every Monday")
    MONTHLY = "MONTHLY", _("On the first of the month")
