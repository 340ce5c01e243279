"""Open a sandbox for a customer's programs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assist_portal.sandbox.opening import open_sandbox
from customers.actions.inviting import invite
from customers.models import Role, User
from customers.tenancy import EVERYTHING, scope


class Command(BaseCommand):
    """Makes the organisation and invites its administrator, who makes the API key."""

    help = "Open a sandbox: an organisation with a clock and people of its own, in which programs rehearse."

    def add_arguments(self, parser: CommandParser) -> None:
        """What it is called, and who looks after it."""
        parser.add_argument("key", help="short name in addresses, for example acme-sandbox")
        parser.add_argument("name")
        parser.add_argument("administrator", help="e-mail address of who is invited")
        parser.add_argument("--by", required=True, help="e-mail address of the member of staff who invites")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        now = timezone.now()
        with scope(EVERYTHING):
            by = User.objects.get(email=options["by"].lower(), is_staff=True)
            site = open_sandbox(key=options["key"], name=options["name"], now=now)
            invite(organisation=site.organisation, email=options["administrator"], role=Role.ADMINISTRATOR, by=by, now=now)
        self.stdout.write(f"{site.organisation} is open; {options['administrator']} is invited.")
