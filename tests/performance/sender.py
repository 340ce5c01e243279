"""Plain smtplib over one kept connection, a process of its own: `python -m tests.performance.sender`.

Reads a line per turn: port, how many, and mails to send in turns, as the outbox would keep them; answers with the mails per second,
once each written anew as the outbox does, and once all from bytes that are ready.
"""

import json
import smtplib
import sys
import time
from collections.abc import Iterable
from itertools import cycle, islice
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs the applications
from django.utils import timezone  # noqa: E402

from outbox.envelope import write_mail  # noqa: E402
from outbox.models import Message  # noqa: E402


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(send(asked["port"], asked["count"], [Message(**each) for each in asked["mails"]])), flush=True)


def send(port: int, count: int, mails: list[Message]) -> list[float]:
    """Both ways, one after the other."""
    ready = [(mail.to, write(mail)) for mail in mails]
    written = ((mail.to, write(mail)) for mail in islice(cycle(mails), count))
    return [count / seconds_to_send(port, each) for each in (written, islice(cycle(ready), count))]


def seconds_to_send(port: int, mails: Iterable[tuple[str, bytes]]) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for recipient, content in mails:
            server.sendmail("assist@assist.example", [recipient], content)
    return time.perf_counter() - began


def write(mail: Any) -> bytes:
    return write_mail(mail, sender=settings.DEFAULT_FROM_EMAIL, now=timezone.now())


if __name__ == "__main__":
    main()
