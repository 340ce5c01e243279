"""`manage.py make_demo`: two customers, the provider's staff, and orders in every state, on a development machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assist_portal.demo.making import DemoIsThere, NotForProduction, demo_access, make_demo
from customers.tenancy import EVERYTHING, scope


class Command(BaseCommand):
    """Safe to run again: it then only says that the demo is there, and how to get in."""

    help = "Make the demo data, once, and print its sign-ins and API keys. Development machines only."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how to get in even with `--verbosity 0`: the keys are shown nowhere else."""
        try:
            with scope(EVERYTHING):
                access = make_demo(now=timezone.now())
        except NotForProduction as refused:
            raise CommandError(str(refused)) from refused
        except DemoIsThere as refused:
            self.stdout.write(str(refused))
            access = demo_access()
        self.stdout.write(f"Everyone signs in with {access.password}. The API keys of the demo:")
        for organisation, key in access.api_keys.items():
            self.stdout.write(f"  {organisation:<10} {key}")
