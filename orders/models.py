"""What a customer asked for and what we answered: drafts, orders, their days, chosen services, changes and one-time links."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from catalog.models import EventKind


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=[
        "organisation",
        "number",
        "state",
        "step",
        "version",
        "site",
        "package",
        "entitlement",
        "zone",
        "starts_at",
        "ends_at",
        "waiting_reason",
        "price",
        "cancellation",
        "terms",
        "placed_at",
        "confirmed_at",
        "cancelled_at",
        "cancelled_because",
        "cancellation_fee",
        "engagement",
    ],
    append_only=True,
    model_name="OrderEvent",
)
class Order(models.Model):
    """A request for an assist, from the first draft to its end. Source: S18 to S53."""

    class State(models.TextChoices):
        """Where the order stands."""

        DRAFT = "DRAFT", _("Draft")
        WAITING = "WAITING", _("Waiting")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        COMPLETED = "COMPLETED", _("Completed")
        CANCELLED = "CANCELLED", _("Cancelled")

    class WaitingReason(models.TextChoices):
        """Why an order waits for us."""

        LATE = "LATE", _("Ordered inside the lead time")
        LANGUAGE = "LANGUAGE", _("No one with the language is free")
        NOBODY_FREE = "NOBODY_FREE", _("No one is free at that time")

    class CancelledBecause(models.TextChoices):
        """Who ended the order, or what."""

        CUSTOMER = "CUSTOMER", _("Cancelled by the customer")
        DECLINED = "DECLINED", _("Declined by us")
        EXPIRED = "EXPIRED", _("The event passed while the order waited")

    class Step(models.IntegerChoices):
        """The furthest step of the order form that has been reached."""

        AVAILABILITY = 1, _("Availability")
        MEETING = 2, _("Meeting lookup")
        EVENT = 3, _("Event information")
        CHECK = 4, _("Check and confirm")

    class Streaming(models.TextChoices):
        """How the event reaches its audience; decides duties. Source: S83, S92, S94."""

        NONE = "NONE", _("No streaming")
        MEETINGS = "MEETINGS", _("Meetings or webinars")
        PLATFORM = "PLATFORM", _("Streaming by the events platform")
        THIRD_PARTY = "THIRD_PARTY", _("Another live-stream supplier")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    key = models.CharField(_("key"), max_length=40, unique=True, help_text=_("Random; names the draft and its bookings."))
    number = models.CharField(_("request number"), max_length=16, unique=True, null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    step = models.PositiveSmallIntegerField(_("step"), choices=Step, default=Step.AVAILABILITY)
    version = models.PositiveIntegerField(_("version"), default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("ordered by"), null=True, blank=True, related_name="orders"
    )
    site = models.ForeignKey("customers.Site", models.PROTECT, verbose_name=_("site"), null=True, blank=True, related_name="+")
    package = models.ForeignKey("catalog.Package", models.PROTECT, verbose_name=_("package"), null=True, blank=True, related_name="+")
    entitlement = models.ForeignKey(
        "catalog.Entitlement", models.PROTECT, verbose_name=_("entitlement"), null=True, blank=True, related_name="+"
    )
    external_reference = models.CharField(_("your reference"), max_length=80, blank=True)

    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    company = models.CharField(_("company"), max_length=160, blank=True)
    mail_language = models.CharField(_("language of our mails"), max_length=8, choices=settings.LANGUAGES, default="en")

    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    starts_at = models.DateTimeField(_("start"), null=True, blank=True)
    ends_at = models.DateTimeField(_("end"), null=True, blank=True)

    is_scheduled = models.BooleanField(_("scheduled on the site"), null=True, blank=True, help_text=_("Source: S24"))
    own_host = models.BooleanField(_("scheduled with the orderer's own host ID"), null=True, blank=True, help_text=_("Source: S25, S26"))
    host_id = models.CharField(_("host ID"), max_length=80, blank=True)
    host_name = models.CharField(_("host"), max_length=160, blank=True)
    host_email = models.EmailField(_("host e-mail"), blank=True)
    meeting_number = models.CharField(_("meeting number"), max_length=40, blank=True)
    meeting_link = models.URLField(_("meeting link"), max_length=500, blank=True)

    event_kind = models.CharField(_("kind of event"), max_length=10, choices=EventKind, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    attendees = models.PositiveIntegerField(_("expected attendees"), null=True, blank=True)
    presenters = models.TextField(_("presenters"), max_length=2000, blank=True)
    sessions = models.TextField(_("sessions"), max_length=4000, blank=True)
    comments = models.TextField(_("additional comments"), max_length=4000, blank=True, help_text=_("Source: S29"))
    assist_language = models.CharField(_("language of the assist"), max_length=8, default="en", help_text=_("Source: S30"))
    streaming = models.CharField(_("streaming"), max_length=12, choices=Streaming, default=Streaming.NONE)
    branded_app = models.BooleanField(_("branded app"), default=False)
    content_build = models.BooleanField(_("content-build package bought"), default=False)

    waits = models.BooleanField(_("waits for someone to be free"), default=False)
    waiting_reason = models.CharField(_("waiting because"), max_length=12, choices=WaitingReason, blank=True)
    answer_due_at = models.DateTimeField(_("answer promised by"), null=True, blank=True)
    price = models.JSONField(_("price"), null=True, blank=True, help_text=_("Frozen when the order was placed. Source: S35"))
    cancellation = models.JSONField(
        _("cancellation terms"), null=True, blank=True, help_text=_("Frozen when the order was placed. Source: S37")
    )
    terms = models.ForeignKey("catalog.Terms", models.PROTECT, verbose_name=_("terms accepted"), null=True, blank=True, related_name="+")

    created_at = models.DateTimeField(_("started at"))
    updated_at = models.DateTimeField(_("changed at"))
    placed_at = models.DateTimeField(_("placed at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_because = models.CharField(_("cancelled because"), max_length=10, choices=CancelledBecause, blank=True)
    cancellation_reason = models.CharField(_("reason"), max_length=300, blank=True)
    cancellation_fee = models.DecimalField(_("cancellation fee"), max_digits=10, decimal_places=2, null=True, blank=True)
    calendar_sequence = models.PositiveIntegerField(_("calendar sequence"), default=0)
    engagement = models.OneToOneField(
        "engagements.Engagement", models.PROTECT, verbose_name=_("engagement"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["organisation", "-placed_at"], name="order_newest_of_organisation"),
            models.Index(fields=["owner", "-updated_at"], name="order_draft_of_owner", condition=Q(state="DRAFT")),
            models.Index(fields=["answer_due_at"], name="order_waiting_by_due", condition=Q(state="WAITING")),
            models.Index(fields=["starts_at"], name="order_confirmed_by_start", condition=Q(state="CONFIRMED")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="order_organisation_and_id"),
            models.UniqueConstraint(
                fields=["organisation", "external_reference"],
                condition=~Q(external_reference=""),
                name="order_reference_once_per_organisation",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", number__isnull=True, placed_at__isnull=True)
                | (
                    ~Q(state="DRAFT")
                    & Q(
                        number__isnull=False,
                        placed_at__isnull=False,
                        package__isnull=False,
                        site__isnull=False,
                        entitlement__isnull=False,
                        starts_at__isnull=False,
                        ends_at__isnull=False,
                        price__isnull=False,
                        cancellation__isnull=False,
                    )
                    & ~Q(zone="")
                    & ~Q(email="")
                ),
                name="order_is_whole_exactly_when_placed",
            ),
            models.CheckConstraint(
                condition=(Q(state="WAITING") & ~Q(waiting_reason="") & Q(answer_due_at__isnull=False))
                | (~Q(state="WAITING") & Q(waiting_reason="", answer_due_at__isnull=True)),
                name="order_waits_for_a_reason_until_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["CONFIRMED", "COMPLETED"]) | Q(engagement__isnull=False, confirmed_at__isnull=False),
                name="order_confirmed_has_engagement",
            ),
            models.CheckConstraint(
                condition=(Q(state="CANCELLED", cancelled_at__isnull=False) & ~Q(cancelled_because=""))
                | (~Q(state="CANCELLED") & Q(cancelled_at__isnull=True, cancelled_because="", cancellation_fee__isnull=True)),
                name="order_cancelled_exactly_with_its_reason",
            ),
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="order_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft"))

    @property
    def move_reference(self) -> str:
        """Names the bookings of a new time while it is not yet the order's own."""
        return f"{self.key}.m"

    @property
    def contact_name(self) -> str:
        """First and last name of the contact."""
        return f"{self.first_name} {self.last_name}".strip()


class OrderDay(models.Model):
    """One day of the event as it was asked for: the wall time in the order's zone, and the instants it means. Source: S22, S76."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="days")
    position = models.PositiveSmallIntegerField(_("day"))
    local_date = models.DateField(_("date"))
    local_time = models.TimeField(_("start time"))
    fold = models.PositiveSmallIntegerField(_("second of two equal times"), default=0)
    minutes = models.PositiveSmallIntegerField(_("duration in minutes"))
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_order_day_per_position"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="order_day_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(minutes__gte=15, minutes__lte=1440), name="order_day_lasts_15_minutes_to_24_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.local_date} {self.local_time:%H:%M}"


class OrderService(models.Model):
    """A service or add-on the customer asked for with the order. Source: S56 to S69."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="services")
    service = models.ForeignKey("catalog.Service", models.PROTECT, verbose_name=_("service"), related_name="+")
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("service asked for")
        verbose_name_plural = _("services asked for")
        constraints = [
            models.UniqueConstraint(fields=["order", "service"], name="one_row_per_order_and_service"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=20), name="order_service_quantity_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.service} x {self.quantity}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["reason"],
    append_only=True,
    model_name="OrderChangeEvent",
)
class OrderChange(models.Model):
    """A move of an order's date and time: the old and the new, who asked, and what was answered. Source: S39 to S52."""

    class State(models.TextChoices):
        """WAITING is a late move that the coordinator decides, or a time that the customer decides; the order keeps its old time."""

        WAITING = "WAITING", _("Waiting")
        APPLIED = "APPLIED", _("Done")
        DECLINED = "DECLINED", _("Declined")
        EXPIRED = "EXPIRED", _("Expired")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class ScheduleUpdate(models.TextChoices):
        """What the customer said about the schedule on the site. Source: S49 to S52."""

        NOT_ASKED = "NOT_ASKED", _("Not asked")
        DONE = "DONE", _("Already updated on the site")
        MYSELF = "MYSELF", _("I will update it")
        OPEN_SITE = "OPEN_SITE", _("Open my site now")
        CONNECTOR = "CONNECTOR", _("Update it for me once confirmed")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="changes")
    state = models.CharField(_("state"), max_length=9, choices=State)
    offered = models.BooleanField(
        _("offered by us"), default=False, help_text=_("The coordinator proposes the time; the customer answers.")
    )
    old_starts_at = models.DateTimeField(_("old start"))
    new_starts_at = models.DateTimeField(_("new start"))
    old_days = models.JSONField(_("old days"))
    new_days = models.JSONField(_("new days"))
    staff_kept = models.BooleanField(_("same person"), default=True)
    schedule_update = models.CharField(_("schedule on the site"), max_length=10, choices=ScheduleUpdate, default=ScheduleUpdate.NOT_ASKED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), null=True, blank=True, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField(_("asked at"))
    answer_due_at = models.DateTimeField(_("answer promised by"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        indexes = [models.Index(fields=["answer_due_at"], name="order_change_waiting", condition=Q(state="WAITING"))]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="WAITING"), name="one_waiting_change_per_order"),
            models.CheckConstraint(
                condition=Q(state="WAITING", decided_at__isnull=True, answer_due_at__isnull=False)
                | (~Q(state="WAITING") & Q(decided_at__isnull=False)),
                name="order_change_decided_exactly_when_not_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.old_starts_at:%Y-%m-%d %H:%M} - {self.new_starts_at:%Y-%m-%d %H:%M}"


class OneTimeLink(models.Model):
    """A secret sent by mail that opens one action on one order once, for 30 minutes. Source: S45."""

    class Action(models.TextChoices):
        """What the link opens."""

        MOVE = "MOVE", _("Move")
        CANCEL = "CANCEL", _("Cancel")

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"))
    order = models.ForeignKey(Order, models.CASCADE, verbose_name=_("order"), related_name="links")
    action = models.CharField(_("action"), max_length=6, choices=Action)
    token_hash = models.CharField(_("hash of the secret"), max_length=64, unique=True)
    order_version = models.PositiveIntegerField(_("version of the order"))
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="link_expires_after_it_is_made")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.action}"


class IdempotentAnswer(models.Model):
    """The answer given to a POST with an Idempotency-Key, replayed for 24 hours. Source: promises row 8."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    key = models.CharField(_("key"), max_length=255)
    path = models.CharField(_("path"), max_length=200)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body = models.BinaryField(_("body"))
    content_type = models.CharField(_("content type"), max_length=80)
    created_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("idempotent answer")
        verbose_name_plural = _("idempotent answers")
        indexes = [models.Index(fields=["created_at"], name="idempotent_answer_by_age")]
        constraints = [models.UniqueConstraint(fields=["organisation", "key", "path"], name="one_answer_per_key_and_path")]

    def __str__(self) -> str:
        return f"{self.path} {self.status}"


class WaitingOrder(Order):
    """The coordinator's list of orders that wait for an answer."""

    class Meta:
        proxy = True
        verbose_name = _("waiting order")
        verbose_name_plural = _("waiting orders")


class WaitingMove(OrderChange):
    """The coordinator's list of late moves that wait for an answer."""

    class Meta:
        proxy = True
        verbose_name = _("waiting move")
        verbose_name_plural = _("waiting moves")
