"""The mail server of these tests."""

from tests.sinks import mail_sink

__all__ = ["mail_sink"]
