"""What a customer asked for: drafts and orders, their days and the services chosen with them."""

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
    settled_at = models.DateTimeField(_("billed at"), null=True, blank=True, help_text=_("When invoices last agreed with what is owed."))
    calendar_sequence = models.PositiveIntegerField(_("calendar sequence"), default=0)
    engagement = models.OneToOneField(
        "engagements.Engagement", models.PROTECT, verbose_name=_("engagement"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["organisation", "-placed_at"], name="order_newest_of_organisation"),
            models.Index(fields=["organisation", "updated_at"], name="order_changed_of_organisation"),
            models.Index(
                fields=["placed_at"],
                include=["organisation", "package", "state", "cancelled_because", "starts_at"],
                name="order_figures",  # all that the dashboards count: they read no row
            ),
            models.Index(fields=["owner", "-updated_at"], name="order_draft_of_owner", condition=Q(state="DRAFT")),
            models.Index(fields=["answer_due_at"], name="order_waiting_by_due", condition=Q(state="WAITING")),
            models.Index(fields=["starts_at"], name="order_confirmed_by_start", condition=Q(state="CONFIRMED")),
            models.Index(
                fields=["updated_at"], name="order_to_be_billed", condition=Q(state__in=["COMPLETED", "CANCELLED"], settled_at__isnull=True)
            ),
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

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # Django leaves a method of this name alone
        """Say the state in words; Django's own makes a dictionary of all the words first, for each row of a list."""
        return str(self.State(self.state).label)

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


class WaitingOrder(Order):
    """The coordinator's list of orders that wait for an answer."""

    class Meta:
        proxy = True
        verbose_name = _("waiting order")
        verbose_name_plural = _("waiting orders")
