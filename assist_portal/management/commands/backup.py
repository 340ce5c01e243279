"""`manage.py backup FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assist_portal.running.backups import BackupFailed, back_up


class Command(BaseCommand):
    """Copy the database while the portal runs."""

    help = "Write a consistent copy of the whole database to a file, while the portal runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Say how large it became."""
        try:
            back_up(settings.DATABASE_URL, file)
        except (BackupFailed, OSError) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes")
