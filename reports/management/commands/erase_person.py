"""Forget a person."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from customers.refusals import Refusal
from customers.tenancy import EVERYTHING, scope
from reports.actions.privacy import erase_person


class Command(BaseCommand):
    """`manage.py erase_person dana@northwind.example`."""

    help = "Forget a person: close the account and put pseudonyms in the place of what names them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    @scope(EVERYTHING)
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Say what was changed."""
        try:
            changed = erase_person(email, by=None, now=timezone.now())
        except Refusal as refused:
            raise CommandError(str(refused)) from refused
        for table, rows in sorted(changed.items()):
            self.stdout.write(f"{table}: {rows}")
