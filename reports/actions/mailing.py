"""Figures by mail, every Monday or on the first of the month, to who asked for them; one click ends it. Source: RFC 8058"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from customers.choices import ReportMails
from customers.models import Membership, User
from outbox.actions import enqueue_account_mail
from outbox.rendering import render_mail
from reports.dashboards import at_risk, this_week
from reports.periods import Period, figures_of

MAILED_FROM = time(7)  # on the reader's own clock
SALT = "figures by mail"


def people_to_mail(*, now: datetime) -> list[User]:
    """Who asked for figures, belongs here still, and has not had those of the last whole week or month."""
    asked = User.objects.filter(is_active=True).exclude(report_mails=ReportMails.OFF)
    belonging = asked.filter(Q(is_staff=True) | Q(pk__in=Membership.objects.values("user_id"))).order_by("pk")
    return [each for each in belonging if _is_due(each, now)]


@transaction.atomic
def mail_figures(person: User, *, now: datetime) -> None:
    """Send one person the figures of the last whole week or month of their own clock. Safe to run twice. Locks the person."""
    current = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if current.report_mails == ReportMails.OFF or not _is_due(current, now):
        return
    period = last_period(current, now)
    current.reports_mailed_on = _today(current, now)
    current.save(update_fields=["reports_mailed_on"])
    unsubscribe = settings.PORTAL_URL + reverse("reports:unsubscribe", args=[token_of(current)])
    context = {
        "person": current,
        "period": period,
        "figures": figures_of(current, period),
        "week": this_week(current, now=now),
        "at_risk": at_risk(current, now=now) if current.is_staff else [],
        "url": settings.PORTAL_URL + reverse("reports:home"),
        "unsubscribe": unsubscribe,
    }
    mail = render_mail("figures", context, current.language)
    enqueue_account_mail(
        to=current.email,
        language=current.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        unsubscribe_url=unsubscribe,
        now=now,
    )


@transaction.atomic
def stop_mailing(person: User) -> None:
    """End these mails. Safe to run twice."""
    User.objects.filter(pk=person.pk).update(report_mails=ReportMails.OFF)


def token_of(person: User) -> str:
    """What stands in the link of each mail: opens nothing but the end of these mails. It is always equally long."""
    return signing.Signer(salt=SALT).sign(f"{person.pk:010d}")


def person_of(token: str) -> User | None:
    """Whose token it is; None for a forged one."""
    try:
        return User.objects.filter(pk=int(signing.Signer(salt=SALT).unsign(token))).first()
    except signing.BadSignature:
        return None


def last_period(person: User, now: datetime) -> Period:
    """The last whole week, from Monday, or calendar month."""
    until = _begins(person, now)
    monthly = person.report_mails == ReportMails.MONTHLY
    since = (until - timedelta(days=1)).replace(day=1) if monthly else until - timedelta(days=7)
    return Period(since, until, person.zone)


def _is_due(person: User, now: datetime) -> bool:
    begins = _begins(person, now)
    is_time = now >= datetime.combine(begins, MAILED_FROM, ZoneInfo(person.zone))
    return is_time and (person.reports_mailed_on is None or person.reports_mailed_on < begins)


def _begins(person: User, now: datetime) -> date:
    """The first day of this week or month."""
    today = _today(person, now)
    return today.replace(day=1) if person.report_mails == ReportMails.MONTHLY else today - timedelta(days=today.weekday())


def _today(person: User, now: datetime) -> date:
    return now.astimezone(ZoneInfo(person.zone)).date()
