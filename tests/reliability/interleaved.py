"""Requests of many organisations in one random order: some are rolled back, some are left alone by who asked."""

import random
import socket
import struct
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import httpx

from tests.reliability.pooled import Pool
from tests.reliability.stage import HOUR, Stage, Tenant
from tests.reliability.visitors import Program, line_to


@dataclass
class Interleaved:
    """Requests of many organisations in one random order, through both webs."""

    stage: Stage
    lines: dict[str, httpx.Client]  # by web
    numbers: dict[str, str]  # the order of each organisation, by its token
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self, requests: int, *, pool: Pool, kills: int, threads: int) -> None:
        chance = random.Random(24)
        works = [partial(chance.choices((self.own, self.foreign, self.refused, self.invalid, self.hang_up), (65, 15, 3, 12, 5))[0],
                         chance.choice(self.stage.tenants), chance.choice(list(self.lines))) for _number in range(requests)]  # fmt: skip
        for at in chance.sample(range(requests), kills):
            works.insert(at, partial(self.die, pool, chance.choice(self.stage.tenants)))
        with ThreadPoolExecutor(threads) as executor:
            self.counts = Counter(work.result() for work in [executor.submit(each) for each in works])

    def own(self, tenant: Tenant, web: str) -> str:
        answer = self._get(tenant, web, "/api/v1/orders/")
        if [each["number"] for each in answer.json()["results"]] != [self.numbers[tenant.token]]:
            self.wrong.append(answer.text)
        return "lists"

    def foreign(self, tenant: Tenant, web: str) -> str:
        """The order of the neighbour is not there."""
        neighbour = self.stage.tenants[self.stage.tenants.index(tenant) - 1]
        answer = self._get(tenant, web, f"/api/v1/orders/{self.numbers[neighbour.token]}/", status=404)
        if self.numbers[neighbour.token] in answer.text.replace(str(answer.url.path), ""):
            self.wrong.append(answer.text)
        return "neighbours"

    def refused(self, tenant: Tenant, web: str) -> str:
        """Nobody is free: what was written for it is rolled back."""
        return self._order(tenant, web, self.stage.at.isoformat(), status=409)

    def invalid(self, tenant: Tenant, web: str) -> str:
        return self._order(tenant, web, "nonsense", status=400)

    def hang_up(self, tenant: Tenant, web: str) -> str:
        """Ask, and be gone before the answer: the line is reset."""
        address = urlsplit(web)
        with socket.create_connection((address.hostname or "", address.port or 0)) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.sendall(f"GET /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {tenant.token}\r\n\r\n".encode())
            time.sleep(0.005)
        return "cut"

    def die(self, pool: Pool, tenant: Tenant) -> str:
        """A process of ours is killed in its transaction."""
        pool.cut(str(tenant.organisation.pk))
        return "killed"

    def _get(self, tenant: Tenant, web: str, path: str, *, status: int = 200) -> httpx.Response:
        answer = self.lines[web].get(path, headers={"Authorization": f"Bearer {tenant.token}"})
        assert answer.status_code == status, answer.text[:500]
        return answer

    def _order(self, tenant: Tenant, web: str, starts_at: str, *, status: int) -> str:
        answer = Program(self.lines[web], tenant.token, tenant.site).order(starts_at)
        assert answer.status_code == status, answer.text[:500]
        return "rolled back"


def interleaved(stage: Stage, webs: list[str]) -> Interleaved:
    """Each organisation has one order, each at a time of its own; at the stage's time everybody is taken."""
    callers = [stage.program(tenant) for tenant in stage.tenants]
    numbers = {}
    for number, program in enumerate(callers):
        answer = program.order(stage.at + 2 * HOUR * (1 + number // len(stage.producers)))
        assert answer.status_code == 201, answer.text
        numbers[program.token] = answer.json()["number"]
    stage.occupy(stage.producers, stage.at)
    lines = {web: line_to(web) for web in webs}
    stage.lines.extend(lines.values())
    return Interleaved(stage, lines, numbers)
