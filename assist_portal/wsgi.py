"""The WSGI application that gunicorn serves."""

import os
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections

from assist_portal.collector import share_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assist_portal.settings")
application = get_wsgi_application()

# gunicorn runs no checks by itself: without this the web would start although the wall between tenants is down.
call_command("check", databases=["default"])

# What the first look makes (templates, translations, expressions) is made here, once for all processes.
portal = urlsplit(settings.PORTAL_URL)
look: dict[str, Any] = {"PATH_INFO": "/accounts/login/", "HTTP_HOST": portal.netloc, "REMOTE_ADDR": "127.0.0.1"}
look |= {"wsgi.url_scheme": portal.scheme, "HTTP_X_FORWARDED_PROTO": portal.scheme}
setup_testing_defaults(look)
b"".join(application(look, lambda *_answer: lambda _content: None))

connections.close_all()  # gunicorn forks after this; connections are not shared

share_what_is_loaded()
