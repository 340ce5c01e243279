"""Migrations see every organisation: data migrations, AlterField's UPDATE and the validation of new foreign keys need it."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """Django's command under the scope of everything; afterwards the wall must stand."""

    def get_check_kwargs(self, options: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # the stubs' type is wrong
        """Leave the wall for later: checked first, a migration that mends it could never run."""
        return {**super().get_check_kwargs(options), "databases": []}  # type: ignore[dict-item]

    def handle(self, *args: Any, **options: Any) -> None:
        """Run under a session-wide scope, because each migration is its own transaction; the session ends with it.

        :raises CommandError: behind PgBouncer, where the session outlives us and whoever gets it next would see everything.
        """
        if settings.BEHIND_PGBOUNCER:
            raise CommandError("Migrate against PostgreSQL directly: its own DATABASE_URL, and BEHIND_PGBOUNCER=false.")
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SET portal.scope = '*'")
        try:
            super().handle(*args, **options)
        finally:
            connection.close()
        if not (options["app_label"] or options["plan"] or options["check_unapplied"]):
            self.check(tags=[Tags.database], databases=[connection.alias])
