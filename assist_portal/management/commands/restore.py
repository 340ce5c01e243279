"""`manage.py restore FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assist_portal.running.backups import BackupFailed, NotEmpty, restore


class Command(BaseCommand):
    """Make the database from a copy that `backup` wrote."""

    help = "Fill an empty database from a copy made by `backup`; stop web, worker and beat before."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from, and whether what is there may go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="drop what the database holds now")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        """All of it or nothing."""
        try:
            restore(settings.DATABASE_URL, file, replace=replace)
        except NotEmpty as refusal:
            raise CommandError("The database is not empty. Add --replace to drop what it holds.") from refusal
        except (BackupFailed, OSError) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(f"restored from {file}")
