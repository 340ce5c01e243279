"""The portal's settings of a later version."""

from assist_portal.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.reliability.later"]  # noqa: F405
