"""What can be ordered, as data: every figure here has its source, and the comparison page and the price read the same rows."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.bilingual import Bilingual


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


class Family(models.Model):
    """A product family whose skills a producer can be certified for. Source: S2."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    name = Bilingual()

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="PackageEvent")
class Package(models.Model):
    """A type of assist that a customer can order. Source: S1 to S8, S54, S55, S72 to S77."""

    code = models.SlugField(_("code"), unique=True)
    family = models.ForeignKey(Family, models.PROTECT, verbose_name=_("family"), related_name="packages")
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    summary_en = models.TextField(_("summary (English)"))
    summary_fr = models.TextField(_("summary (French)"))
    event_kinds = ArrayField(models.CharField(max_length=10, choices=EventKind.choices), verbose_name=_("event kinds"))
    requires_scheduled_meeting = models.BooleanField(
        _("requires a scheduled meeting"), default=True, help_text=_("The customer schedules the session on the site first. Source: S8")
    )
    requires_certificate = models.BooleanField(
        _("requires a certificate"),
        default=False,
        help_text=_("The person holds a certificate of the family, valid on the day. Source: S4"),
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in days"), default=14, help_text=_("Source: S9"))
    lead_in_minutes = models.PositiveSmallIntegerField(
        _("minutes staffed before the start"), default=30, help_text=_("Source: S3, S64, S85")
    )
    lead_out_minutes = models.PositiveSmallIntegerField(_("minutes staffed after the end"), default=0, help_text=_("Source: S85"))
    max_days = models.PositiveSmallIntegerField(_("days at most"), default=1, help_text=_("Consecutive calendar days. Source: S76"))
    daily_cap_minutes = models.PositiveSmallIntegerField(
        _("staffed minutes a day at most"), null=True, blank=True, help_text=_("Source: S85, S86")
    )
    included_minutes = models.PositiveSmallIntegerField(
        _("event minutes a day in the price"), default=60, help_text=_("Longer events pay extra time. Source: S57")
    )
    production_minutes = models.PositiveSmallIntegerField(_("production minutes"), null=True, blank=True, help_text=_("Source: S54, S55"))
    recording_minutes = models.PositiveSmallIntegerField(_("recording minutes"), null=True, blank=True, help_text=_("Source: S91"))
    term_months = models.PositiveSmallIntegerField(_("service term in months"), null=True, blank=True, help_text=_("Source: S77"))
    price = models.DecimalField(_("standard charge"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("can be ordered"), default=True)
    assumed = models.BooleanField(_("assumed"), default=False, help_text=_("A figure here is ours, not the source's: confirm it."))
    name = Bilingual()
    summary = Bilingual()

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="package_price_is_not_negative"),
            models.CheckConstraint(condition=Q(max_days__gte=1), name="package_lasts_a_day_or_more"),
        ]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """A row of the package comparison: something the provider does for an event. Source: S56 to S71."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    description_en = models.TextField(_("description (English)"))
    description_fr = models.TextField(_("description (French)"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, help_text=_("How long it takes, where it has a length.")
    )
    is_option = models.BooleanField(_("asked for at ordering"), default=False, help_text=_("The customer can tick it in the order form."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=40)
    name = Bilingual()
    description = Bilingual()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="PackageServiceEvent")
class PackageService(models.Model):
    """One cell of the package comparison, which is also the price of that service in that package. Source: S7, S56 to S71."""

    class Inclusion(models.TextChoices):
        """How a package offers a service."""

        INCLUDED = "INCLUDED", _("Included")
        HOURLY = "HOURLY", _("Hourly charge")
        ADD_ON = "ADD_ON", _("Add-on")
        ON_REQUEST = "ON_REQUEST", _("On request")
        NOT_OFFERED = "NOT_OFFERED", _("Not offered")

    class Unit(models.TextChoices):
        """What one unit of the amount buys."""

        ONCE = "ONCE", _("once")
        HOUR = "HOUR", _("per hour")
        HALF_HOUR = "HALF_HOUR", _("per started 30 minutes")
        DAY = "DAY", _("per day")

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="cells")
    service = models.ForeignKey(Service, models.PROTECT, verbose_name=_("service"), related_name="cells")
    inclusion = models.CharField(_("inclusion"), max_length=12, choices=Inclusion)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, blank=True)
    amount = models.DecimalField(_("standard charge"), max_digits=10, decimal_places=2, null=True, blank=True)
    minimum_minutes = models.PositiveSmallIntegerField(_("minimum minutes billed"), null=True, blank=True, help_text=_("Source: S62, S63"))
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    note_fr = models.CharField(_("note (French)"), max_length=200, blank=True)
    assumed = models.BooleanField(_("assumed"), default=False, help_text=_("The sources do not settle this cell: confirm it."))
    source = models.CharField(_("source"), max_length=40, blank=True)
    note = Bilingual()

    class Meta:
        verbose_name = _("cell of the comparison")
        verbose_name_plural = _("cells of the comparison")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "service"],
                name="one_cell_per_package_and_service",
                violation_error_message=_("The package says something about this service already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    inclusion__in=["HOURLY", "ADD_ON"], amount__isnull=False, unit__in=["ONCE", "HOUR", "HALF_HOUR", "DAY"], amount__gte=0
                )
                | (~Q(inclusion__in=["HOURLY", "ADD_ON"]) & Q(amount__isnull=True, unit="")),
                name="charged_cells_and_only_those_have_an_amount",
                violation_error_message=_("A charge needs an amount and a unit; what is not charged has neither."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package} / {self.service}"

    @property
    def minimum_hours(self) -> Decimal | None:
        """The least that is billed, the way a contract says it: 1.5 hours. Source: S62, S63"""
        return Decimal(self.minimum_minutes) / 60 if self.minimum_minutes else None


class PackageRole(models.Model):
    """Whom a package needs: the role, how many, and whether they are booked for the event's windows. Source: S74, S75."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="team")
    role = models.CharField(_("role"), max_length=14, choices=StaffRole)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)
    books_window = models.BooleanField(_("booked for the event"), default=False)

    class Meta:
        verbose_name = _("team role")
        verbose_name_plural = _("team roles")
        constraints = [
            models.UniqueConstraint(fields=["package", "role"], name="one_row_per_package_and_role"),
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(books_window=True),
                name="one_booked_role_per_package",
                violation_error_message=_("Only one role of a package is booked for the event."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package}: {self.count} {self.get_role_display()}"


class ProductionShare(models.Model):
    """How much of a package's production time is meant for what, unless agreed otherwise. Source: S54."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="production")
    code = models.SlugField(_("code"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = Bilingual()

    class Meta:
        verbose_name = _("share of the production time")
        verbose_name_plural = _("shares of the production time")
        constraints = [models.UniqueConstraint(fields=["package", "code"], name="one_production_share_per_package_and_code")]

    def __str__(self) -> str:
        return f"{self.package}: {self.name}"


class CancellationPolicy(models.Model):
    """What it costs to cancel, by how long before the start. Source: S37, S41."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_fr = models.CharField(_("name (French)"), max_length=80)
    text_en = models.TextField(_("text (English)"))
    text_fr = models.TextField(_("text (French)"))
    is_default = models.BooleanField(_("default"), default=False)
    name = Bilingual()
    text = Bilingual()

    class Meta:
        verbose_name = _("cancellation policy")
        verbose_name_plural = _("cancellation policies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_cancellation_policy",
                violation_error_message=_("Another policy is the default."),
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change(), append_only=True, model_name="CancellationTierEvent")
class CancellationTier(models.Model):
    """One step of a cancellation policy: this percentage from so many hours before the start on."""

    policy = models.ForeignKey(CancellationPolicy, models.CASCADE, verbose_name=_("policy"), related_name="tiers")
    hours_before = models.PositiveIntegerField(_("less than so many hours before the start"))
    percent = models.PositiveSmallIntegerField(_("percent of the charge"))

    class Meta:
        verbose_name = _("cancellation tier")
        verbose_name_plural = _("cancellation tiers")
        constraints = [
            models.UniqueConstraint(fields=["policy", "hours_before"], name="one_tier_per_policy_and_hours"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="tier_percent_is_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % < {self.hours_before} h"


class Terms(models.Model):
    """A version of the text a package is read together with; an order keeps which one was accepted. Source: S73."""

    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"), related_name="terms")
    version = models.CharField(_("version"), max_length=20)
    valid_from = models.DateField(_("valid from"))
    text_en = models.TextField(_("text (English)"))
    text_fr = models.TextField(_("text (French)"))
    text = Bilingual()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["package", "version"], name="one_text_per_package_and_version"),
            models.UniqueConstraint(fields=["package", "valid_from"], name="one_text_per_package_and_day"),
        ]
        triggers = [pgtrigger.ReadOnly(name="terms_text_never_changes", fields=["package", "version", "text_en", "text_fr"])]

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


class Prerequisite(models.Model):
    """Something the customer must have before a package can be delivered, shown before ordering. Source: S78."""

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="prerequisites")
    code = models.SlugField(_("code"), max_length=60)
    text_en = models.CharField(_("text (English)"), max_length=300)
    text_fr = models.CharField(_("text (French)"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = Bilingual()

    class Meta:
        verbose_name = _("prerequisite")
        verbose_name_plural = _("prerequisites")
        constraints = [models.UniqueConstraint(fields=["package", "code"], name="one_prerequisite_per_package_and_code")]

    def __str__(self) -> str:
        return self.text


class Resource(models.Model):
    """A tutorial, checklist or good-practice video in the resource library; without a family, for everyone. Source: S79."""

    class Kind(models.TextChoices):
        """What one finds behind the link."""

        TUTORIAL = "TUTORIAL", _("Tutorial")
        VIDEO = "VIDEO", _("Video")
        CHECKLIST = "CHECKLIST", _("Checklist")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    family = models.ForeignKey(Family, models.PROTECT, verbose_name=_("family"), related_name="resources", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_fr = models.CharField(_("title (French)"), max_length=120)
    summary_en = models.CharField(_("summary (English)"), max_length=300)
    summary_fr = models.CharField(_("summary (French)"), max_length=300)
    body_en = models.TextField(_("content (English)"), blank=True, help_text=_("One step per line."))
    body_fr = models.TextField(_("content (French)"), blank=True, help_text=_("One step per line."))
    url = models.URLField(_("address"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = Bilingual()
    summary = Bilingual()
    body = Bilingual()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | (~Q(body_en="") & ~Q(body_fr="")),
                name="resource_has_an_address_or_a_content_in_both_languages",
                violation_error_message=_("Give an address, or a content in both languages."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["used"],
    append_only=True,
    model_name="EntitlementEvent",
)
class Entitlement(models.Model):
    """The right of an organisation to order a package, so many times, within these dates, at this rate. Source: S15, S35, S77."""

    organisation = models.ForeignKey("customers.Organisation", models.PROTECT, verbose_name=_("organisation"), db_index=False)
    site = models.ForeignKey(
        "customers.Site", models.PROTECT, verbose_name=_("site"), null=True, blank=True, help_text=_("Empty: every site.")
    )
    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("last valid day"), help_text=_("In the organisation's own zone, to the end of that day."))
    quantity = models.PositiveIntegerField(_("quantity"))
    used = models.PositiveIntegerField(_("used"), default=0)
    contract_percent = models.DecimalField(
        _("contract rate in percent of the standard charge"), max_digits=5, decimal_places=2, default=100
    )

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [models.Index(fields=["organisation", "package", "valid_until"], name="entitlement_of_organisation")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="entitlement_organisation_and_id"),
            models.CheckConstraint(
                condition=Q(used__lte=F("quantity")),
                name="entitlement_is_never_oversold",
                violation_error_message=_("More units are used than this."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="entitlement_ends_after_it_begins",
                violation_error_message=_("The last valid day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(contract_percent__gte=0, contract_percent__lte=100), name="entitlement_contract_percent_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.package} ({self.used}/{self.quantity})"


class TaskTemplate(models.Model):
    """A duty of one side in a package: who, when it is due, and what proves it. Source: S54 to S126."""

    class Side(models.TextChoices):
        """Who owes it."""

        PROVIDER = "PROVIDER", _("Provider")
        CUSTOMER = "CUSTOMER", _("Customer")

    class Phase(models.TextChoices):
        """Which part of the engagement it belongs to. Source: S5."""

        PLANNING = "PLANNING", _("Planning")
        REHEARSAL = "REHEARSAL", _("Rehearsal")
        EVENT_DAY = "EVENT_DAY", _("Event day")
        AFTER = "AFTER", _("After the event")

    class Anchor(models.TextChoices):
        """The instant a due time is counted from; due times of unknown anchors stay empty."""

        ORDER_CONFIRMED = "ORDER_CONFIRMED", _("Order confirmed")
        AGENDA_FINAL = "AGENDA_FINAL", _("Agenda final")
        REHEARSAL = "REHEARSAL", _("Rehearsal")
        EVENT_START = "EVENT_START", _("Start of the event")
        DAY_START = "DAY_START", _("Start of each event day")
        DAY_END = "DAY_END", _("End of each event day")
        SESSION_START = "SESSION_START", _("Start of each session")
        SESSION_END = "SESSION_END", _("End of each session")
        EVENT_END = "EVENT_END", _("End of the event")

    class OffsetKind(models.TextChoices):
        """How the offset is counted."""

        ELAPSED_MINUTES = "ELAPSED_MINUTES", _("elapsed minutes")
        CALENDAR_DAYS = "CALENDAR_DAYS", _("calendar days in the event's zone")
        WORKING_DAYS = "WORKING_DAYS", _("working days in the event's zone")

    class Evidence(models.TextChoices):
        """What shows that it was done."""

        TICK = "TICK", _("Tick")
        LINK = "LINK", _("Link")
        FILE = "FILE", _("File")
        TEXT = "TEXT", _("Text")

    class Condition(models.TextChoices):
        """The answer of the order that switches the duty on."""

        ALWAYS = "ALWAYS", _("Always")
        PLATFORM_STREAMING = "PLATFORM_STREAMING", _("Streaming by the platform")
        MEETINGS = "MEETINGS", _("Meetings or webinars")
        THIRD_PARTY = "THIRD_PARTY", _("Third-party streaming")
        BRANDED_APP = "BRANDED_APP", _("Branded app")
        CONTENT_BUILD = "CONTENT_BUILD", _("Content-build package")
        LANGUAGE = "LANGUAGE", _("Another language than English")
        SERVICE = "SERVICE", _("A service was asked for")

    class Ladder(models.TextChoices):
        """When warnings are sent."""

        DEFAULT = "DEFAULT", _("3 days before, 1 day before, when due")
        RECORDING = "RECORDING", _("24, 36, 44 and 48 hours after the end")
        EVENT_DAY = "EVENT_DAY", _("When due")
        NONE = "NONE", _("None")

    package = models.ForeignKey(Package, models.CASCADE, verbose_name=_("package"), related_name="duties")
    code = models.SlugField(_("code"), max_length=60)
    title_en = models.CharField(_("title (English)"), max_length=200)
    title_fr = models.CharField(_("title (French)"), max_length=200)
    side = models.CharField(_("side"), max_length=8, choices=Side)
    role = models.CharField(_("role"), max_length=14, choices=StaffRole, blank=True)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    anchor = models.CharField(_("counted from"), max_length=16, choices=Anchor)
    offset = models.IntegerField(_("offset"), default=0, help_text=_("Negative is before. Minutes or days, as the next field says."))
    offset_kind = models.CharField(_("counted in"), max_length=16, choices=OffsetKind, default=OffsetKind.ELAPSED_MINUTES)
    condition = models.CharField(_("condition"), max_length=20, choices=Condition, default=Condition.ALWAYS)
    service = models.ForeignKey(Service, models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+")
    rehearsal_form = models.PositiveSmallIntegerField(
        _("form of the rehearsal"), null=True, blank=True, choices=[(1, _("First: the event day")), (2, _("Second: the speakers"))]
    )
    per_recording = models.BooleanField(_("for recorded sessions only"), default=False)
    evidence = models.CharField(_("evidence"), max_length=5, choices=Evidence, default=Evidence.TICK)
    ladder = models.CharField(_("warnings"), max_length=10, choices=Ladder, default=Ladder.DEFAULT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=40)
    assumed = models.BooleanField(_("assumed"), default=False)
    title = Bilingual()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["package", "code"], name="one_duty_per_package_and_code"),
            models.CheckConstraint(
                condition=Q(side="PROVIDER", role__in=StaffRole.values) | Q(side="CUSTOMER", role=""),
                name="duty_has_exactly_one_responsible_side",
                violation_error_message=_("Our duties name a role; the customer's do not."),
            ),
            models.CheckConstraint(
                condition=Q(condition="SERVICE", service__isnull=False) | (~Q(condition="SERVICE") & Q(service__isnull=True)),
                name="duty_names_a_service_when_it_depends_on_one",
                violation_error_message=_("Name the service exactly when the duty depends on one."),
            ),
            models.CheckConstraint(
                condition=Q(per_recording=False) | Q(anchor__in=["SESSION_START", "SESSION_END"]),
                name="duty_for_recorded_sessions_is_counted_from_a_session",
                violation_error_message=_("Only a duty that is counted from a session can depend on its recording."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FileEntry(models.Model):
    """What the catalogue file said about one row when it was last loaded, so that only what changed there is written again."""

    key = models.CharField(_("entry"), max_length=160, unique=True)
    values = models.JSONField(_("values"))

    class Meta:
        verbose_name = _("entry of the catalogue file")
        verbose_name_plural = _("entries of the catalogue file")

    def __str__(self) -> str:
        return self.key
