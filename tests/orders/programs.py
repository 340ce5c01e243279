"""A program that calls the API with a key of its own."""

import json
from typing import Any

from django.test import Client

from customers.models import Organisation
from tests import make
from tests.orders.conftest import NOW, World

API = "/api/v1/"


class Program:
    """Speaks JSON, and reads it."""

    def __init__(self, of: Organisation, scopes: list[str] | None = None, **key: Any) -> None:
        self.client = Client()
        self.key, token = make.api_key(of, scopes, **{"created_at": NOW, **key})
        self.headers = {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        body = "" if data is None else json.dumps(data)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("/") else API + path
        return self.client.generic(method, url, body, content_type="application/json", headers={**self.headers, **more})

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if data is None else data, **headers)


def body(world: World, **changes: Any) -> dict[str, Any]:
    """An order for MC Premium, 10:00 in Montreal."""
    return {
        "package": "mc-premium",
        "site": world.site.host_name,
        "time_zone": "America/Montreal",
        "starts_at": "2027-04-20T10:00:00-04:00",
        "duration_minutes": 60,
        "contact": {"first_name": "Dana", "last_name": "Noor", "email": "dana@northwind.example", "phone": "+15145550123"},
        "meeting": {"is_scheduled": True},
        "event": {"title": "Spring launch", "event_kind": "MEETING"},
        **changes,
    }


def question(world: World, **changes: Any) -> dict[str, Any]:
    """Whether somebody is free for that order."""
    asked = body(world)
    return {name: asked[name] for name in ("package", "site", "time_zone", "starts_at", "duration_minutes")} | changes
