"""Customers and programs as the web server meets them: over HTTP, each with cookies or a key of its own."""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from customers.models import Site

PATIENCE = 240  # five hundred at once stand in line for two processes
OFFERS = re.compile(r'name="starts_at" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

logging.getLogger("httpx").setLevel(logging.WARNING)  # a line per request helps nobody here


def line_to(address: str) -> httpx.Client:
    """A connection of its own."""
    return httpx.Client(base_url=address, timeout=PATIENCE, verify=False, trust_env=False)


@dataclass
class Program:
    """Orders through the API with its organisation's key."""

    line: httpx.Client
    token: str
    site: Site
    package: str = "mc-premium"

    def order(self, starts_at: datetime | str, *, key: str = "", **changes: Any) -> httpx.Response:
        """Ask for one hour."""
        return self.line.post("/api/v1/orders/", json=self.body(starts_at, **changes), headers=self.headers(key))

    def body(self, starts_at: datetime | str, **changes: Any) -> dict[str, Any]:
        return {
            "package": self.package,
            "site": self.site.host_name,
            "time_zone": "UTC",
            "starts_at": starts_at if isinstance(starts_at, str) else starts_at.isoformat(),
            "duration_minutes": 60,
            "contact": {"first_name": "Dana", "last_name": "Noor", "email": f"dana@{self.site.host_name}"},
            "meeting": {"is_scheduled": True},
            "event": {"title": "Spring launch", "event_kind": "MEETING"},
            **changes,
        }

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}


@dataclass
class Customer:
    """Goes through the order form in a browser without JavaScript."""

    line: httpx.Client
    site: Site
    package: str = "mc-premium"
    draft: str = ""
    page: str = field(default="", repr=False)

    def begin(self) -> None:
        """Open the form and press Order now."""
        self._read(self.line.get("/orders/new/"))
        answer = self.post("/orders/new/", {"package": self.package})
        assert answer.status_code == 302, answer.text
        self.draft = answer.headers["Location"].removesuffix("availability/")
        self._read(self.line.get(self.draft + "availability/"))

    def ask_for(self, starts_at: datetime) -> httpx.Response:
        """Step 1: an hour in UTC."""
        answers = {
            "first_name": "Dana",
            "last_name": "Noor",
            "email": f"dana@{self.site.host_name}",
            "phone": "+15145550123",
            "company": "Northwind",
            "package": self.package,
            "site": str(self.site.pk),
            "zone": "UTC",
            "date": f"{starts_at:%Y-%m-%d}",
            "time": f"{starts_at:%H:%M}",
            "minutes": "60",
            "assist_language": "en",
        }
        return self.post(self.draft + "availability/", answers)

    def offers(self) -> list[str]:
        """The times on the page that says nobody is free."""
        self._read(self.line.get(self.draft + "times/"))
        return OFFERS.findall(self.page)

    def choose(self, starts_at: str) -> httpx.Response:
        """Take one of them."""
        return self.post(self.draft + "times/", {"starts_at": starts_at})

    def post(self, path: str, answers: dict[str, str]) -> httpx.Response:
        """Send a form with the token of the page that was read last."""
        token = TOKEN.search(self.page)
        assert token, self.page[:2000]
        answer = self.line.post(path, data={**answers, "csrfmiddlewaretoken": token[1]})
        if answer.status_code == 200:
            self.page = answer.text
        return answer

    def _read(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text[:2000]
        self.page = answer.text
