"""`manage.py update_messages`: what `make messages` runs."""

from pathlib import Path

import unfold
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assist_portal import messages


class Command(BaseCommand):
    """Bring the French catalogue up to date with the code and compile it."""

    help = "Collects the translatable strings into locale/fr and compiles them; fails while a string has no French."
    requires_system_checks = ()

    def handle(self, **_options: object) -> None:
        """Write django.po and django.mo."""
        found = messages.collect(settings.BASE_DIR, {"unfold": Path(unfold.__file__).parent})
        po_file = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po"
        catalog = messages.update(po_file, found)
        po_file.write_bytes(messages.as_po(catalog))
        po_file.with_suffix(".mo").write_bytes(messages.as_mo(po_file.read_bytes()))
        missing = messages.untranslated(catalog)
        self.stdout.write(f"{len(catalog)} strings, {len(missing)} without French")
        if missing:
            raise CommandError("No French yet:\n" + "\n".join(missing))
