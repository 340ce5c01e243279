"""Posting to an endpoint: one connection to the address that was looked at, no redirects, and an end to every patience."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx
from django.utils.translation import gettext_noop

from outbox.hooks.guard import Forbidden, resolve

WHOLE_PATIENCE = 15.0  # seconds for everything: a receiver that answers drop by drop is cut off too
MOST_READ = 4096  # bytes of an answer; nothing in it matters
# What is said of trouble, the first that fits; its own text may name addresses.
TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLError, gettext_noop("its certificate is not trusted")),
    (TimeoutError, gettext_noop("no answer within 15 seconds")),
    (httpx.TimeoutException, gettext_noop("no answer within 15 seconds")),
    (httpx.ConnectError, gettext_noop("nobody answers at this address")),
    (httpx.RemoteProtocolError, gettext_noop("the answer is not proper HTTP")),
    (Exception, gettext_noop("the connection broke off")),
)


@dataclass(frozen=True)
class Posting:
    """What goes where."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of it: a status, or why there is none. `retry_after` is what the receiver asked for."""

    status: int | None
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants nothing any more."""
        return self.status == 410


async def post(posting: Posting, *, loopback: bool, now: datetime) -> Outcome:
    """Post once; every failure is an outcome."""
    try:
        async with asyncio.timeout(WHOLE_PATIENCE):
            return await _post(posting, loopback=loopback, now=now)
    except Forbidden as refusal:
        return Outcome(None, str(refusal))
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as trouble:
        return Outcome(None, told(trouble))


def told(trouble: BaseException) -> str:
    """The trouble and what lies behind it in a few words."""
    chain = [trouble]
    while behind := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(behind)
    return next(words for kind, words in TROUBLE for each in chain if isinstance(each, kind))


async def _post(posting: Posting, *, loopback: bool, now: datetime) -> Outcome:
    target = await resolve(posting.url, loopback=loopback)
    there = f"[{target.address}]" if ":" in target.address else target.address
    headers = {**posting.headers, "Host": target.authority}
    async with (
        httpx.AsyncClient(verify=_trust(), trust_env=False, follow_redirects=False, timeout=WHOLE_PATIENCE) as client,
        client.stream(
            "POST",
            f"{target.scheme}://{there}:{target.port}{target.path}",
            content=posting.body,
            headers=headers,
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read >= MOST_READ:
                break
        return Outcome(answer.status_code, "" if answer.is_success else f"HTTP {answer.status_code}", _retry_after(answer, now))


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than a post."""
    return ssl.create_default_context()


def _retry_after(answer: httpx.Response, now: datetime) -> timedelta | None:
    """Seconds or a date; anything else is as if it were not there."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text), 10**7))
    try:
        return max(parsedate_to_datetime(text) - now, timedelta(0)) if text else None
    except (ValueError, TypeError):
        return None
