"""The simulated Webex over HTTP: finds the operation, pages lists, answers in Webex's way, and fails when told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from webex.simulator import operations, site_operations
from webex.simulator.control import control
from webex.simulator.notifying import forget_the_past, post_over_http, tell
from webex.simulator.routing import ROUTES, Call, Items, Refused
from webex.simulator.world import Exchange, Fault, World

BASE, CONTROL = "/v1", "/simulator/"
SERVED = (operations, site_operations)  # their operations are found in ROUTES
MOST_BYTES = 1_000_000


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: "Simulator"

    def do_GET(self) -> None:
        """Answer any method alike."""
        path = urlsplit(self.path).path
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        if path.startswith(CONTROL):
            self._control(path.removeprefix(CONTROL), body)
        else:
            self._operation(path.removeprefix(BASE), body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""

    def _control(self, command: str, body: bytes) -> None:
        world = self.server.world
        try:
            with world.lock:
                answer, status = control(world, command, json.loads(body or b"{}")), 200
        except Refused as refused:
            answer, status = {"message": str(refused)}, refused.status
        except (KeyError, TypeError, ValueError) as strange:
            answer, status = {"message": f"not understood: {strange!r}"}, 400
        self._send(status, answer, {})

    def _operation(self, path: str, body: bytes) -> None:
        world, query = self.server.world, urlsplit(self.path).query
        fault = _fault(world, self.command, path)
        if fault and fault.seconds and not fault.drip:
            time.sleep(fault.seconds)
        if fault and fault.status and not fault.lost:
            return self._fail(fault)
        said = _read(body, self.headers.get("Content-Type", ""))
        headers: dict[str, str] = {}
        with world.lock:
            try:
                answer, status = self._answered(path, parse_qs(query), said), 200
                if isinstance(answer, Items):
                    answer = _page(world, answer, self.path, self.headers.get("Host", ""), headers)
                status = 204 if answer is None else 200
            except Refused as refused:
                answer, status = _error(str(refused)), refused.status
            sent = {name.lower(): value for name, value in self.headers.items()}
            world.exchanges.append(Exchange(self.command, path, parse_qs(query), sent, said, status, answer))
        if fault and fault.lost:
            return self._fail(fault)
        self._send(status, answer, headers, drip=fault.seconds if fault and fault.drip else 0)
        return None

    def _answered(self, path: str, query: dict[str, list[str]], said: Any) -> Any:
        """:raises Refused: when the call fails."""
        world = self.server.world
        if (self.command, path) == ("POST", "/access_token"):
            return site_operations.trade_token(world, said)
        site = world.site_of(self.headers.get("Authorization", "").removeprefix("Bearer "), "access")
        if site is None:
            raise Refused(401, "The request requires a valid access token set in the Authorization request header.")
        for method, expression, operation in ROUTES:
            found = expression.match(path)
            if found and method == self.command:
                return operation(world, Call(site, query, said if isinstance(said, dict) else {}, found.groups()))
        raise Refused(404, "no such operation")

    def _fail(self, fault: Fault) -> None:
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        if fault.body is None:
            self._send(fault.status, _error("as told"), headers)
        else:
            self._send(fault.status, fault.body, headers)

    def _send(self, status: int, answer: Any, headers: dict[str, str], *, drip: float = 0) -> None:
        content = answer.encode() if isinstance(answer, str) else b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        tracking = {"trackingId": f"SIMULATOR_{self.server.world.serial():08d}"}
        kind = "text/html" if isinstance(answer, str) else "application/json;charset=UTF-8"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **tracking, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for part in [content[n : n + 1] for n in range(len(content))] if drip else [content]:
            self.wfile.write(part)
            time.sleep(drip)


class Simulator(ThreadingHTTPServer):
    """The server of one world. Use it as a context manager, or `serve_forever`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, world: World, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """For WEBEX_BASE_URL."""
        return f"http://127.0.0.1:{self.server_address[1]}{BASE}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is none."""

    def start(self, *, notifies: bool = False) -> None:
        """Serve in threads; `notifies`: tell every second what happened."""
        forget_the_past(self.world)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        if notifies:
            threading.Thread(target=self._notify, daemon=True).start()

    def stop(self) -> None:
        """End the threads."""
        self._stopping.set()
        self.shutdown()
        self.server_close()

    def _notify(self) -> None:
        while not self._stopping.wait(1):
            tell(self.world, post_over_http)


def _fault(world: World, method: str, path: str) -> Fault | None:
    with world.lock:
        for fault in world.faults:
            if path.startswith(fault.path) and fault.method in {"", method}:
                fault.times -= 1
                if fault.times <= 0:
                    world.faults.remove(fault)
                return fault
    return None


def _page(world: World, found: Items, asked: str, host: str, headers: dict[str, str]) -> Any:
    """One page, and in a header where the next one is, with the `max=null` that Webex puts there."""
    query = dict(parse_qsl(urlsplit(asked).query))
    size = int(query["max"]) if query.get("max", "").isdigit() else found.default_size
    if not 1 <= size <= found.most:
        raise Refused(400, f"max is from 1 to {found.most}")
    begin = int(query.get("offset", "0"))
    if begin + size < len(found.items):
        following = urlencode({**query, "max": "null", "offset": begin + size})
        headers["Link"] = f'<http://{world.foreign_next or host}{urlsplit(asked).path}?{following}>; rel="next"'
    return {"items": found.items[begin : begin + size]}


def _read(body: bytes, kind: str) -> Any:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}


def _error(message: str) -> dict[str, Any]:
    return {"message": message, "errors": [{"description": message}], "trackingId": "SIMULATOR"}
