"""Who signs in, which organisation they belong to, and the organisation's sites."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from customers.choices import Language, LeadTimePolicy, Platform, ReportMails, Role, ScheduleUpdates
from customers.keys import public_key
from customers.validators import validate_host_name, validate_one_line, validate_zone

_POWER = {Role.VIEWER: 1, Role.ORDERER: 2, Role.ADMINISTRATOR: 3}


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are kept in lower case, so one person cannot have two accounts by capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a person; without a password they sign in by e-mail code or passkey."""
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store an administrator of the portal."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find a person by address, whatever its capitals."""
        return self.get(email=(email or "").lower())


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["is_active", "is_staff", "is_superuser"],
    append_only=True,
    model_name="UserEvent",
)
class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address: a customer's, or one of the provider's staff."""

    email = models.EmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True, validators=[validate_one_line])
    last_name = models.CharField(_("last name"), max_length=80, blank=True, validators=[validate_one_line])
    phone = PhoneNumberField(_("phone number"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.EN)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Switch off to lock this person out."))
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("Works for the provider, sees every customer."))
    report_mails = models.CharField(_("figures by mail"), max_length=8, choices=ReportMails, default=ReportMails.OFF)
    reports_mailed_on = models.DateField(_("figures mailed on"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    # The membership this request works under; set by TenancyMiddleware, never stored.
    working_for: "Membership | None" = None

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="user_language_is_known"),
            models.CheckConstraint(condition=Q(report_mails__in=ReportMails.values), name="user_report_mails_are_known"),
            models.CheckConstraint(condition=Q(is_superuser=False) | Q(is_staff=True), name="user_administrator_is_staff"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """Return first and last name; empty while neither is known."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """Return what to greet the person with."""
        return self.first_name or self.email


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True, model_name="OrganisationEvent"
)
class Organisation(models.Model):
    """A customer company: the tenant. Source: D8."""

    key = models.SlugField(_("key"), max_length=50, unique=True, help_text=_("Short name in addresses, for example northwind."))
    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.EN)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    lead_time_policy = models.CharField(_("late orders"), max_length=16, choices=LeadTimePolicy, default=LeadTimePolicy.NEEDS_APPROVAL)
    shows_contract_price = models.BooleanField(_("show the contract price"), default=True)
    business_days = models.BooleanField(_("count working days"), default=False, help_text=_("For the speaker links' five days."))
    is_sandbox = models.BooleanField(_("sandbox"), default=False, editable=False, help_text=_("Programs rehearse here; docs/adr/0013."))
    clock_ahead = models.DurationField(_("clock ahead by"), default=timedelta, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        triggers = [pgtrigger.ReadOnly(name="organisation_stays_a_sandbox_or_none", fields=["is_sandbox"])]
        constraints = [
            models.CheckConstraint(condition=Q(is_sandbox=True) | Q(clock_ahead=timedelta()), name="only_a_sandbox_has_its_own_clock"),
            models.CheckConstraint(condition=Q(clock_ahead__gte=timedelta()), name="sandbox_clock_runs_ahead"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="organisation_language_is_known"),
            models.CheckConstraint(condition=Q(lead_time_policy__in=LeadTimePolicy.values), name="organisation_lead_time_policy_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sandbox_id(self) -> int | None:
        """Whose stand-ins work for it: its own when it is a sandbox, else nobody's."""
        return self.pk if self.is_sandbox else None


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True, model_name="SiteEvent")
class Site(models.Model):
    """A meeting site of an organisation, where its events are held. Source: S20."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites", db_index=False, verbose_name=_("organisation"))
    host_name = models.CharField(_("site"), max_length=253, validators=[validate_host_name])
    platform = models.CharField(_("platform"), max_length=10, choices=Platform, default=Platform.MEETINGS)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    schedule_updates = models.CharField(_("schedule updates"), max_length=18, choices=ScheduleUpdates, default=ScheduleUpdates.MANUAL)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="site_organisation_and_id"),
            models.UniqueConstraint(
                fields=["organisation", "host_name"],
                name="site_host_name_once_per_organisation",
                violation_error_message=_("This site is listed already."),
            ),
            models.CheckConstraint(condition=Q(host_name=Lower("host_name")) & ~Q(host_name=""), name="site_host_name_is_lower_case"),
            models.CheckConstraint(condition=Q(platform__in=Platform.values), name="site_platform_is_known"),
            models.CheckConstraint(condition=Q(schedule_updates__in=ScheduleUpdates.values), name="site_schedule_updates_is_known"),
        ]

    def __str__(self) -> str:
        return self.host_name


# The action refuses first, with a sentence; this is the last word, for bulk and raw statements too. Locking the organisation
# makes two administrators who remove each other at the same moment wait, and the second sees the first one's removal.
_KEEP_AN_ADMINISTRATOR = """
IF TG_OP = 'UPDATE' AND NEW.role = 'ADMINISTRATOR' AND NEW.organisation_id = OLD.organisation_id THEN
    RETURN NEW;
END IF;
PERFORM 1 FROM customers_organisation WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
IF NOT EXISTS (SELECT FROM customers_membership
               WHERE organisation_id = OLD.organisation_id AND role = 'ADMINISTRATOR' AND id <> OLD.id) THEN
    RAISE EXCEPTION 'the last administrator of an organisation stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_keeps_an_administrator';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
"""


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True, model_name="MembershipEvent")
class Membership(models.Model):
    """A person works for an organisation, in one role."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", db_index=False, verbose_name=_("organisation")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    key = models.CharField(max_length=16, unique=True, default=public_key, editable=False)
    role = models.CharField(_("role"), max_length=13, choices=Role)
    created_at = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="membership_organisation_and_id"),
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once_per_person_and_organisation"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="organisation_keeps_an_administrator",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.role = 'ADMINISTRATOR'"),
                func=_KEEP_AN_ADMINISTRATOR,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def may(self, role: str) -> bool:
        """Tell whether this member may do what the role may."""
        return _POWER[Role(self.role)] >= _POWER[Role(role)]


class Invitation(models.Model):
    """A mail that lets its reader join an organisation once, within seven days."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", db_index=False, verbose_name=_("organisation")
    )
    key = models.CharField(max_length=16, unique=True, default=public_key, editable=False)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=13, choices=Role, default=Role.ORDERER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(fields=["organisation", "-created_at"], name="invitation_newest_of_org")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_after_it_is_made"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_someone_at_some_time",
            ),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_accepted_or_withdrawn"),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open_at(self, now: datetime) -> bool:
        """Tell whether it may still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at
