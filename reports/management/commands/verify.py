"""Check that the history was not changed: a file that was downloaded, or the chains in the database."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from customers.tenancy import EVERYTHING, scope
from engagements.models import Engagement
from reports.chain import Broken, head_of, verify
from reports.evidence import links_of


class Command(BaseCommand):
    """`manage.py verify evidence.jsonl`, or `manage.py verify` for every engagement in the database."""

    help = "Check evidence packs, or without a file every chain in the database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files."""
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        """Say what was checked, or what is broken."""
        try:
            for file in files:
                self.stdout.write(f"{file}: {verify(file.read_bytes())} links, unchanged")
            if not files:
                self.stdout.write(f"{self._database()} links, unchanged")
        except (Broken, ValueError, KeyError) as broken:
            raise CommandError(f"changed: {broken}") from broken

    @scope(EVERYTHING)
    def _database(self) -> int:
        checked = 0
        for engagement in Engagement.objects.filter(evidence__isnull=False).distinct().order_by("pk").iterator():
            links = links_of(engagement)
            try:
                head_of(links)
            except Broken as broken:
                raise Broken(f"{engagement.number}: {broken}") from broken
            checked += len(links)
        return checked
