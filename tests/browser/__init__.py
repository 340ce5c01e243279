"""Journeys and pages in a real Chromium, against the running portal."""
