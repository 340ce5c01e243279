"""The connections to customers' sites, what the portal looks after there, and what it found."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.sealing import SEALED_BEGINS_WITH


def _sealed(name: str) -> Q:
    """Nothing, or sealed: a secret in clear does not get into the table."""
    return Q(**{name: ""}) | Q(**{f"{name}__startswith": SEALED_BEGINS_WITH})


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["organisation", "site", "kind", "may_write", "state", "connected_by", "connected_at"],  # no secret
    append_only=True,
    model_name="ConnectionEvent",
)
class Connection(models.Model):
    """The portal may look into a customer's site, and perhaps change meetings there."""

    class Kind(models.TextChoices):
        """Whose eyes the token has."""

        SERVICE_APP = "SERVICE_APP", _("Service app, for the whole site")
        INTEGRATION = "INTEGRATION", _("Integration, with one person's rights")

    class State(models.TextChoices):
        """DEAUTHORISED waits for an administrator to connect again."""

        CONNECTED = "CONNECTED", _("Connected")
        DEAUTHORISED = "DEAUTHORISED", _("Permission withdrawn")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    site = models.OneToOneField("customers.Site", models.PROTECT, verbose_name=_("site"), related_name="connection")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.SERVICE_APP)
    may_write = models.BooleanField(_("may change meetings"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.CONNECTED)
    client_id = models.CharField(_("client ID"), max_length=200)
    client_secret_sealed = models.TextField(blank=True, editable=False)
    access_token_sealed = models.TextField(blank=True, editable=False)
    refresh_token_sealed = models.TextField(blank=True, editable=False)
    access_expires_at = models.DateTimeField(_("access until"), null=True, blank=True)
    refresh_expires_at = models.DateTimeField(_("renewable until"), null=True, blank=True)
    hook_digest = models.CharField(max_length=64, unique=True, editable=False)
    hook_token_sealed = models.TextField(editable=False)
    hook_secret_sealed = models.TextField(editable=False)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("connected by"), related_name="+", db_index=False
    )
    connected_at = models.DateTimeField(_("connected"))
    checked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    healthy_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    trouble = models.CharField(_("trouble"), max_length=20, blank=True)
    trouble_since = models.DateTimeField(_("trouble since"), null=True, blank=True)
    quiet_until = models.DateTimeField(_("asked to wait until"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("being looked at until"), null=True, blank=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="connection_organisation_and_id"),
            models.CheckConstraint(
                condition=_sealed("client_secret_sealed")
                & _sealed("access_token_sealed")
                & _sealed("refresh_token_sealed")
                & _sealed("hook_token_sealed")
                & _sealed("hook_secret_sealed"),
                name="connection_secrets_are_sealed",
            ),
            models.CheckConstraint(
                condition=Q(state="DEAUTHORISED", access_token_sealed="", refresh_token_sealed="")
                | (Q(state="CONNECTED") & ~Q(refresh_token_sealed="")),
                name="connection_keeps_tokens_exactly_while_connected",
            ),
            models.CheckConstraint(
                condition=Q(trouble="", trouble_since__isnull=True) | (~Q(trouble="") & Q(trouble_since__isnull=False)),
                name="connection_trouble_has_its_beginning",
            ),
        ]

    def __str__(self) -> str:
        return str(self.site_id)


class WatchedMeeting(models.Model):
    """The meeting of one event day on the customer's site: what was planned, and what the site told about it.

    `reference` and `position` are what the app above calls the day. A site without a connection has such rows too; they begin to be
    looked at when it gets one.
    """

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    site = models.ForeignKey("customers.Site", models.PROTECT, verbose_name=_("site"), related_name="+")
    reference = models.CharField(_("reference"), max_length=40)
    position = models.PositiveSmallIntegerField(_("day"))
    meeting_number = models.CharField(_("meeting number"), max_length=40)
    host_email = models.EmailField(_("host e-mail"))
    starts_at = models.DateTimeField(_("planned start"))
    ends_at = models.DateTimeField(_("planned end"))
    series_id = models.CharField(_("series"), max_length=120, blank=True)
    instance_id = models.CharField(_("what took place"), max_length=120, blank=True)
    started_at = models.DateTimeField(_("actual start"), null=True, blank=True)
    ended_at = models.DateTimeField(_("actual end"), null=True, blank=True)
    taken_ended_at = models.DateTimeField(
        _("actual end taken over"),
        null=True,
        blank=True,
        help_text=_("What the app above entered; a later end replaces only this."),
    )
    registered = models.PositiveIntegerField(_("registered"), null=True, blank=True)
    attended = models.PositiveIntegerField(_("attended"), null=True, blank=True)
    attendance_at = models.DateTimeField(_("attendance fetched"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("next look"), null=True, blank=True, help_text=_("Empty once nothing more is expected."))
    news_at = models.DateTimeField(_("news since"), null=True, blank=True, help_text=_("Empty once the app above has read it."))

    class Meta:
        verbose_name = _("watched meeting")
        verbose_name_plural = _("watched meetings")
        indexes = [
            models.Index(fields=["next_look_at"], name="watched_meeting_due", condition=Q(next_look_at__isnull=False)),
            models.Index(fields=["news_at"], name="watched_meeting_with_news", condition=Q(news_at__isnull=False)),
            models.Index(fields=["site", "series_id"], name="watched_meeting_of_series"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="watched_meeting_organisation_and_id"),
            models.UniqueConstraint(fields=["organisation", "reference", "position"], name="one_watched_meeting_per_event_day"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="watched_meeting_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False, ended_at__gte=F("started_at")),
                name="watched_meeting_ended_after_it_started",
            ),
            models.CheckConstraint(
                condition=Q(attendance_at__isnull=True, registered__isnull=True, attended__isnull=True)
                | Q(attendance_at__isnull=False, registered__isnull=False, attended__isnull=False),
                name="watched_meeting_has_figures_exactly_once_fetched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} / {self.position}"


class FoundRecording(models.Model):
    """A recording of a watched meeting, with the address it is played at. Source: S93"""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    watched = models.ForeignKey(WatchedMeeting, models.CASCADE, verbose_name=_("meeting"), related_name="recordings")
    recording_id = models.CharField(_("recording"), max_length=120)
    topic = models.CharField(_("title"), max_length=300, blank=True)
    playback_url = models.URLField(_("link"), max_length=1000)
    format = models.CharField(_("format"), max_length=20, blank=True)
    seconds = models.PositiveIntegerField(_("length in seconds"), default=0)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("found recording")
        verbose_name_plural = _("found recordings")
        constraints = [models.UniqueConstraint(fields=["watched", "recording_id"], name="one_row_per_found_recording")]

    def __str__(self) -> str:
        return self.topic or self.recording_id

    @property
    def minutes(self) -> int:
        """Whole minutes, at least one."""
        return max(round(self.seconds / 60), 1)


class SiteUpdate(models.Model):
    """The meeting on the site shall be at a new time: change it there, or see that the customer did. Source: S49 to S52"""

    class Kind(models.TextChoices):
        """CHANGE is ours to do, CHECK is what the customer says they have done."""

        CHANGE = "CHANGE", _("Change it")
        CHECK = "CHECK", _("See that it is changed")

    class State(models.TextChoices):
        """WAITING is tried until it works or cannot work any more."""

        WAITING = "WAITING", _("Waiting")
        DONE = "DONE", _("Done")
        FAILED = "FAILED", _("Not possible")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class Why(models.TextChoices):
        """Why it was not possible, in words for the customer."""

        NOT_FOUND = "NOT_FOUND", _("The meeting was not found on the site.")
        DIFFERS = "DIFFERS", _("The site still shows another time.")
        RUNNING = "RUNNING", _("The meeting has begun or is over.")
        REFUSED = "REFUSED", _("The site did not take the change.")
        NO_CONNECTION = "NO_CONNECTION", _("The site is not connected any more.")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    site = models.ForeignKey("customers.Site", models.PROTECT, verbose_name=_("site"), related_name="+")
    kind = models.CharField(_("what to do"), max_length=6, choices=Kind)
    reference = models.CharField(_("reference"), max_length=40)
    position = models.PositiveSmallIntegerField(_("day"))
    meeting_number = models.CharField(_("meeting number"), max_length=40)
    host_email = models.EmailField(_("host e-mail"))
    old_starts_at = models.DateTimeField(_("old start"))
    starts_at = models.DateTimeField(_("new start"))
    ends_at = models.DateTimeField(_("new end"))
    zone = models.CharField(_("time zone"), max_length=64)
    tell_invitees = models.BooleanField(_("mail the invitees"), default=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    why = models.CharField(_("why not"), max_length=13, choices=Why, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    asked_at = models.DateTimeField(_("asked"))
    next_try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    news_at = models.DateTimeField(_("news since"), null=True, blank=True, help_text=_("Empty once the app above has read it."))

    class Meta:
        verbose_name = _("change on a site")
        verbose_name_plural = _("changes on sites")
        indexes = [
            models.Index(fields=["next_try_at"], name="site_update_due", condition=Q(state="WAITING")),
            models.Index(fields=["news_at"], name="site_update_with_news", condition=Q(news_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "reference", "position"], condition=Q(state="WAITING"), name="one_waiting_site_update_per_event_day"
            ),
            models.CheckConstraint(
                condition=Q(state="WAITING", next_try_at__isnull=False, settled_at__isnull=True)
                | (~Q(state="WAITING") & Q(next_try_at__isnull=True, settled_at__isnull=False)),
                name="site_update_settled_exactly_when_not_waiting",
            ),
            models.CheckConstraint(
                condition=(Q(state="FAILED") & ~Q(why="")) | (~Q(state="FAILED") & Q(why="")), name="site_update_failed_says_why"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="site_update_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} / {self.position}: {self.kind}"


class Hint(models.Model):
    """A notification that a site sent: something may have happened. It is never believed, only looked after."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="hints")
    digest = models.CharField(_("digest"), max_length=64, help_text=_("Of the whole notification: a repeat is the same hint."))
    resource = models.CharField(_("resource"), max_length=40)
    event = models.CharField(_("event"), max_length=40)
    subject_id = models.CharField(_("about"), max_length=120, blank=True)
    meeting_id = models.CharField(_("meeting"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("received"))
    look_at = models.DateTimeField(_("next look"), null=True, blank=True, help_text=_("Empty once it has been read."))

    class Meta:
        verbose_name = _("hint")
        verbose_name_plural = _("hints")
        indexes = [models.Index(fields=["look_at"], name="hint_unread", condition=Q(look_at__isnull=False))]
        constraints = [models.UniqueConstraint(fields=["connection", "digest"], name="one_hint_per_notification")]

    def __str__(self) -> str:
        return f"{self.resource} {self.event}"
