"""Keep the public holidays of the regions that people live in."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from scheduling import public_holidays
from scheduling.models import Holiday, StaffMember

YEAR = timedelta(days=365)


@transaction.atomic
def load_holidays(*, today: date, calendars: Iterable[str] | None = None) -> int:
    """Store this year's and next year's holidays of these regions, or of every region in use; return how many were new.

    Days a coordinator added or renamed stay. Safe to run twice.
    """
    if calendars is None:
        calendars = (
            StaffMember.objects.filter(is_active=True).exclude(holiday_calendar="").values_list("holiday_calendar", flat=True).distinct()
        )
    years = (today.year, (today + YEAR).year)
    rows = [
        Holiday(calendar=calendar, on=day, name=name)
        for calendar in sorted(set(calendars))
        if public_holidays.knows(calendar)
        for day, name in public_holidays.of_years(calendar, years).items()
    ]
    before = Holiday.objects.count()
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    return Holiday.objects.count() - before
