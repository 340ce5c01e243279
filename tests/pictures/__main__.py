"""`make pictures`: a throwaway portal with the demo data, and a browser that looks at it."""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django

from assist_portal.running.stack import Stack
from assist_portal.running.surroundings import free_port

OWN = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORTAL_URL", "WEBEX_BASE_URL", "VAR"}  # this portal brings its own


def main() -> None:
    """Start it, take the pictures, leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="assist-pictures-") as folder:
        Path(folder).chmod(0o755)  # under root PostgreSQL runs as another user, who must get in
        given = {name: value for name, value in os.environ.items() if name not in OWN}
        stack = Stack(var=Path(folder), port=free_port(), given=given)
        try:
            stack.start_servers()
            stack.prepare()
            stack.start_services()
            stack.wait_until_ready()
            os.environ.update(stack.environment, DJANGO_ALLOW_ASYNC_UNSAFE="true")  # Playwright keeps an event loop in this thread
            django.setup()
            import_module("tests.pictures.taking").take(stack)  # only now: it reads the settings
        finally:
            stack.stop()


if __name__ == "__main__":
    sys.exit(main())
