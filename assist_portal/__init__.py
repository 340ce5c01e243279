"""Wiring only: settings, URLs, Celery, WSGI and the embedded servers. No rules live here."""
