"""`manage.py load_catalogue`: brings the catalogue file into the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.actions import load_catalogue
from catalog.reading import CatalogueError
from customers.tenancy import EVERYTHING, scope


class Command(BaseCommand):
    """Loads packages, services, charges, terms and duties; safe to run again, keeps what the admin changed."""

    help = "Bring the catalogue file into the database. Safe to run again: writes only what changed in the file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take another file, if given."""
        parser.add_argument("file", nargs="?", type=Path, help="another file than the portal's own")

    def handle(self, *args: Any, file: Path | None = None, **options: Any) -> None:
        """Load under the scope of everything: deleting a package looks whether any organisation's entitlement needs it."""
        try:
            with scope(EVERYTHING):
                report = load_catalogue(file.read_text(encoding="utf-8") if file else None)
        except (CatalogueError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Catalogue: {report}.")
        for key in report.kept:
            self.stdout.write(f"  kept, because other rows need it: {key}")
