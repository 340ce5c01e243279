"""A simulated Webex in this process, and a customer whose site is connected to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import Role, Site, User
from customers.tenancy import EVERYTHING, scope
from tests import make
from tests.webex.description import faults_of
from webex.actions import connect, look_after_site, watch_meeting
from webex.models import Connection, WatchedMeeting
from webex.simulator.clock import Clock
from webex.simulator.meetings import Meeting
from webex.simulator.notifying import tell
from webex.simulator.server import Simulator
from webex.simulator.world import Exchange, World, client_of

NOW = datetime(2027, 3, 30, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START, END = datetime(2027, 3, 30, 12, 0, tzinfo=UTC), datetime(2027, 3, 30, 13, 0, tzinfo=UTC)
HOST = "ana@host.example"


@dataclass
class SimulatedWebex:
    """The world behind the server, and handles for tests."""

    server: Simulator

    @property
    def world(self) -> World:
        return self.server.world

    @property
    def clock(self) -> Clock:
        return self.world.clock

    def pass_time(self, by: timedelta) -> datetime:
        self.clock.advance(by)
        return self.clock()

    def meeting(self, site: Site | str, number: str = "25512340987", **fields: Any) -> Meeting:
        """One at noon for an hour that does only what it is told."""
        values = {"title": "Q3 partner briefing", "start": START, "end": END, "host_email": HOST, "runs_itself": False, **fields}
        return self.world.add(Meeting(number=number, site=site if isinstance(site, str) else site.host_name, **values))

    def begin(self, meeting: Meeting, at: datetime) -> None:
        meeting.told(meeting.occurrences()[0]).started_at = at

    def end(self, meeting: Meeting, at: datetime) -> None:
        meeting.told(meeting.occurrences()[0]).ended_at = at

    def record(self, meeting: Meeting, at: datetime) -> None:
        meeting.told(meeting.occurrences()[0]).recorded_at = at

    def calls(self, method: str = "", path: str = "") -> list[Exchange]:
        return [each for each in self.world.exchanges if method in {"", each.method} and each.path.startswith(path)]

    def token(self, site: Site) -> str:
        return self.world.token("access", site.host_name)


def serve(clock: datetime = NOW) -> SimulatedWebex:
    world = World(Clock(clock))
    world.details_after = timedelta()
    server = Simulator(world)
    server.start()
    return SimulatedWebex(server)


@pytest.fixture
def webex(settings: Any) -> Iterator[SimulatedWebex]:
    """At nine o'clock of NOW's day. Every call of the test and every answer is held against our description at its end."""
    simulated = serve()
    settings.WEBEX_BASE_URL = simulated.server.url
    yield simulated
    simulated.server.stop()
    assert [fault for each in simulated.world.exchanges for fault in faults_of(each)] == []


@dataclass
class Customer:
    """An organisation whose site is connected."""

    webex: SimulatedWebex
    site: Site
    by: User
    connection: Connection

    @property
    def now(self) -> datetime:
        return self.webex.clock()

    def look_after(self, now: datetime | None = None) -> None:
        """One round of a worker."""
        self.webex.clock.set(now or self.now)
        look_after_site(connection_id=self.connection.pk, organisation_id=self.site.organisation_id, now=self.now)
        self.connection.refresh_from_db()

    def watch(self, position: int = 1, **fields: Any) -> WatchedMeeting:
        values = {"meeting_number": "2551 234 0987", "host_email": HOST, "starts_at": START, "ends_at": END, **fields}
        return watch_meeting(site=self.site, reference="PR-7K3M-92QX-D", position=position, now=self.now, **values)

    def notify(self, client: Client) -> list[int]:
        """Have the site send what happened to the portal's address; what the portal answered."""
        answers: list[int] = []

        def post(url: str, body: bytes, headers: dict[str, str]) -> int:
            answers.append(post_hook(client, url, body, headers["X-Spark-Signature"], at=self.now))
            return answers[-1]

        tell(self.webex.world, post)
        return answers


def post_hook(client: Client, url: str, body: bytes, signature: str | None, *, at: datetime = NOW) -> int:
    headers = {} if signature is None else {"X-Spark-Signature": signature}
    path = "/" + url.split("/", 3)[3]
    with time_machine.travel(at, tick=False):
        return int(client.generic("POST", path, body, content_type="application/json", headers=headers).status_code)


def connected(webex: SimulatedWebex, site: Site | None = None, *, may_write: bool = False, kind: str = "SERVICE_APP") -> Customer:
    """Connect a site with the credentials of the simulated one."""
    site = site or make.site()
    client_id, client_secret = client_of(site.host_name)
    by = make.member(site.organisation, Role.ADMINISTRATOR)
    connection = connect(
        site=site, kind=kind, client_id=client_id, client_secret=client_secret, refresh_token=webex.world.token("refresh", site.host_name),
        may_write=may_write, by=by, now=webex.clock(),
    )  # fmt: skip
    return Customer(webex, site, by, connection)


@pytest.fixture
def customer(webex: SimulatedWebex, db: None) -> Iterator[Customer]:
    """Connected, with everything in view."""
    with scope(EVERYTHING):
        yield connected(webex)
