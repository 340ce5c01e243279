"""One REDIS_URL as each library spells it."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class BrokerAddress:
    """The same database of the same server, twice."""

    celery: str
    client: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Take `redis://host:6379/0`, `rediss://...` or `unix:///path/to/valkey.sock?db=0`."""
        parts = urlsplit(url)
        if parts.scheme != "unix":
            return cls(celery=url, client=url)
        number = parse_qs(parts.query).get("db", ["0"])[0]
        return cls(celery=f"redis+socket://{parts.path}?virtual_host={number}", client=f"unix://{parts.path}?db={number}")
