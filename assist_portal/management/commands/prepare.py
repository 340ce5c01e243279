"""Bring a database up to the code."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """One process for what `manage.py up` and the migrate service of compose need before the web may start."""

    help = "Migrate, load the catalogue, make the demo data on the first start of a development machine, check."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The running portal of the tests brings its own data."""
        parser.add_argument("--no-demo", action="store_true")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        """Safe to run twice."""
        call_command("migrate", interactive=False, verbosity=0)
        known = get_commands()
        if "load_catalogue" in known:
            call_command("load_catalogue", verbosity=0)
        demo = settings.VAR / "demo_made"
        if settings.DEVELOPMENT and not no_demo and "make_demo" in known and not demo.exists():
            call_command("make_demo", verbosity=0)
            demo.touch()
        if not settings.DEVELOPMENT:
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("check", databases=["default"])
