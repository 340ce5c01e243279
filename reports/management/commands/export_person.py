"""Give a person all that is kept about them."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from customers.tenancy import EVERYTHING, scope
from reports.actions.privacy import export_person


class Command(BaseCommand):
    """`manage.py export_person dana@northwind.example > dana.json`."""

    help = "Print everything kept about a person as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    @scope(EVERYTHING)
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Print it."""
        self.stdout.write(json.dumps(export_person(email), cls=DjangoJSONEncoder, indent=2, default=str))
