"""Load the public holidays of the regions that staff live in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from customers.tenancy import NOBODY, scope
from scheduling.actions import load_holidays


class Command(BaseCommand):
    """`manage.py load_holidays [CA-QC FR ...]`."""

    help = "Load this year's and next year's public holidays, of the named regions or of all that staff live in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take regions."""
        parser.add_argument("calendars", nargs="*", help="a country such as FR, or a part of one such as CA-QC")

    @scope(NOBODY)
    def handle(self, *args: Any, **options: Any) -> None:
        """Load them, and say how many were new."""
        count = load_holidays(today=timezone.now().date(), calendars=options["calendars"] or None)
        self.stdout.write(f"{count} new public holidays")
