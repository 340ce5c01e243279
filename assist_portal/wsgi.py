"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")
application = get_wsgi_application()

# gunicorn runs no checks by itself: without this the web would start although the wall between tenants is down.
call_command("check", databases=["default"])
connections.close_all()  # gunicorn forks after this; connections are not shared

gc.collect()
gc.freeze()  # what is loaded stays shared: the collector would write into every page of it
