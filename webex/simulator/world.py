"""Everything the simulated Webex knows: meetings of every site, tokens, notifications, and what shall go wrong."""

import base64
import hashlib
import hmac
import json
import threading
from collections import deque
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from webex.simulator.clock import Clock
from webex.simulator.meetings import Meeting

_KEY = b"the simulator guards nothing"


@dataclass
class Fault:
    """What goes wrong with the next `times` calls whose path begins so."""

    path: str = ""
    method: str = ""
    status: int = 0  # 0: answer as usual, only slowly
    times: int = 1
    retry_after: str | None = None
    seconds: float = 0.0
    body: str | None = None  # instead of Webex's JSON: HTML, garbage
    drip: bool = False  # the body comes byte by byte, `seconds` between them
    lost: bool = False  # carry it out, and then fail


@dataclass
class Hook:
    """A registered notification."""

    id: str
    site: str
    name: str
    target_url: str
    resource: str
    event: str
    secret: str
    owned_by: str
    created: datetime
    is_active: bool = True
    failures: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Exchange:
    """One call and its answer, for tests that hold them against a description."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


class World:
    """The state of one simulated Webex. Take `lock` to read or change it."""

    def __init__(self, clock: Clock | None = None, *, state: Path | None = None) -> None:
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.state = state
        self.meetings: list[Meeting] = []
        self.hooks: list[Hook] = []
        self.faults: list[Fault] = []
        self.exchanges: deque[Exchange] = deque(maxlen=20_000)
        self.mails: list[str] = []  # to whom Webex mailed about a change
        self.spent: set[str] = set()  # refresh tokens, each of which works once
        self.refused_sites: set[str] = set()  # whose administrator withdrew the permission
        self.read_only_sites: set[str] = set()
        self.access_issued_after = 0
        self.access_seconds, self.refresh_seconds = 14 * 86_400, 90 * 86_400
        self.details_after = timedelta(minutes=15)  # what ended shows as ended so much later
        self.lag = timedelta()  # REST trails the notifications
        self.foreign_next = ""  # a host that the next page pretends to lie on
        self.drops_hooks = False
        self.said: set[str] = set()  # events that were notified
        self._serial = 0
        self._load()

    # Meetings -----------------------------------------------------------------------------------------------------------

    def add(self, meeting: Meeting) -> Meeting:
        """List a meeting."""
        with self.lock:
            self.meetings.append(meeting)
            self.save()
            return meeting

    def of_site(self, site: str) -> list[Meeting]:
        """The meetings of one site."""
        return [each for each in self.meetings if each.site == site]

    def by_number(self, number: str) -> Meeting:
        """Whatever its site."""
        return next(each for each in self.meetings if each.number == number)

    def serial(self) -> int:
        """Another number."""
        with self.lock:
            self._serial += 1
            return self._serial

    def save(self) -> None:
        """Keep the schedule over a restart; what took place follows from it."""
        if self.state is not None:
            write_meetings(self.state, self.meetings)

    def _load(self) -> None:
        if self.state is not None and self.state.exists():
            self.meetings = [_meeting(item) for item in json.loads(self.state.read_text())]

    # Tokens -------------------------------------------------------------------------------------------------------------

    def token(self, kind: str, site: str) -> str:
        """A token says itself what it is, so it outlives a restart."""
        seconds = self.access_seconds if kind == "access" else self.refresh_seconds
        said = {"kind": kind, "site": site, "until": int(self.clock().timestamp()) + seconds, "serial": self.serial()}
        text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        return f"{text}.{_proof(text)}"

    def site_of(self, token: str, kind: str) -> str | None:
        """Whose token it is; None when it is none, or not any more."""
        text, _dot, proof = token.partition(".")
        if not hmac.compare_digest(proof.encode(), _proof(text).encode()):
            return None
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        is_over = said["until"] <= self.clock().timestamp() or said["site"] in self.refused_sites
        if said["kind"] != kind or is_over or (kind == "access" and said["serial"] <= self.access_issued_after):
            return None
        return str(said["site"])

    def expire_access_tokens(self) -> None:
        """From now on none that was given so far is valid."""
        self.access_issued_after = self.serial()


def client_of(site: str) -> tuple[str, str]:
    """Client ID and secret of the application of a site."""
    return f"client-{site}", f"secret-{site}-{_proof(site)[:12]}"


def write_meetings(path: Path, meetings: list[Meeting]) -> None:
    """Keep a schedule in a file that the simulator reads when it starts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    items = [{name: value for name, value in asdict(each).items() if name != "runs"} for each in meetings]
    path.write_text(json.dumps(items, default=_plain))


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value.total_seconds() if isinstance(value, timedelta) else str(value)


def _meeting(item: dict[str, Any]) -> Meeting:
    known = {each.name for each in fields(Meeting)}
    values = {name: value for name, value in item.items() if name in known}
    for name in ("start", "end"):
        values[name] = datetime.fromisoformat(values[name])
    values["recorded_after"] = timedelta(seconds=values["recorded_after"])
    values["moved"] = {stamp: (datetime.fromisoformat(a), datetime.fromisoformat(b)) for stamp, (a, b) in values["moved"].items()}
    return Meeting(**values)


def _proof(text: str) -> str:
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()
