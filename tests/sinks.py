"""A real mail server on loopback that keeps what it is sent, and fails, dawdles or hangs up when told to."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # a line per command helps nobody


@dataclass(frozen=True)
class Delivery:
    """One mail as it arrived: who it was handed over for, and what it says."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.mail.get_body(preferencelist=(subtype,))
        return part.get_content() if part else ""


@dataclass
class MailSink:
    """The server. Set its fields at any time; they count for the next mail."""

    deliveries: list[Delivery] = field(default_factory=list)
    answer_to_sender: str = ""  # e.g. "530 5.7.0 sign in first"
    answer_to_recipient: dict[str, str] = field(default_factory=dict)  # address: "550 5.1.1 nobody here"
    answer_to_data: str = ""
    seconds_per_mail: float = 0.0
    hang_ups: int = 0  # this many mails are kept, and the line goes dead before we say so
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def address(self) -> dict[str, Any]:
        """For settings.SMTP."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": self.port, "EMAIL_HOST_USER": None, "EMAIL_HOST_PASSWORD": None}

    def start(self) -> None:
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Refuse connections; `start` again listens on the same port."""
        if self._server is not None:
            self._run(self._close(self._server))
            self._server = None

    def close(self) -> None:
        self.stop()
        self._run(self._drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def to(self, address: str) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if address in delivery.recipients]

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", self.port)

    async def _close(self, server: asyncio.Server) -> None:
        """On the loop's own thread: a connection that ends in the same moment closes the server too."""
        server.close()
        await server.wait_closed()

    async def _drain(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="sink.example", ident="sink", loop=self._loop)

    # What aiosmtpd asks its handler -------------------------------------------------------------------------------------

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answer_to_sender or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.answer_to_recipient:
            return self.answer_to_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.seconds_per_mail:
            await asyncio.sleep(self.seconds_per_mail)
        if self.answer_to_data:
            return self.answer_to_data
        self.deliveries.append(Delivery(envelope.mail_from or "", list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        if self.hang_ups:
            self.hang_ups -= 1
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def mail_sink(settings: Any) -> Iterator[MailSink]:
    """A mail server that the outbox of this test delivers to."""
    sink = MailSink()
    sink.start()
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"  # pytest-django puts one of its own in place
    settings.SMTP = sink.address
    settings.SMTP_TIMEOUT_SECONDS = 2
    yield sink
    sink.close()
