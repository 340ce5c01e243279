"""Django's command line for the portal, and `up`, which runs the whole of it in the foreground."""

import os
import sys

from django.core.management import execute_from_command_line

from assist_portal.running.supervisor import main as up

if __name__ == "__main__":
    if sys.argv[1:] == ["up"]:  # makes the servers whose addresses the settings want
        sys.exit(up())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")
    execute_from_command_line(sys.argv)
