"""Migrations see every organisation: data migrations, AlterField's UPDATE and the validation of new foreign keys need it."""

import time
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable

LONGEST_WAIT = "800ms"  # for a table; whoever else wants it stands behind us meanwhile
TRIES = 60  # a second apart


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
            cursor.execute(f"SET lock_timeout = '{LONGEST_WAIT}'")
        try:
            self._insist(*args, **options)
        finally:
            connection.close()
        if not (options["app_label"] or options["plan"] or options["check_unapplied"]):
            self.check(tags=[Tags.database], databases=[connection.alias])

    def _insist(self, *args: Any, **options: Any) -> None:
        """Step back from a table that somebody holds, and try again: each migration that is done stays done."""
        for left in reversed(range(TRIES)):
            try:
                super().handle(*args, **options)
            except OperationalError as failure:
                if not (left and isinstance(failure.__cause__, LockNotAvailable)):
                    raise
                time.sleep(1)
            else:
                break
