"""A line between two programs that can be broken: refused, silent, slow or reset."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from assist_portal.running.surroundings import HOST, free_port

Fault = Literal["", "refused", "silent", "slow", "reset"]
SLOW_SECONDS = 2
AT_ONCE_AND_HARD = b"\1\0\0\0\0\0\0\0"  # SO_LINGER: closing sends a reset


@dataclass
class FaultyLine:
    """Listens on a port of loopback and passes everything on to a socket in the file system, unless it is told to fail."""

    target: str
    port: int = field(default_factory=free_port)
    fault: Fault = ""
    resets: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def fail(self, fault: Fault) -> None:
        """From now on; nothing (`""`) mends it. Whoever was silent or slow hears the rest then."""
        self._run(self._fail(fault))

    def reset(self) -> None:
        """Cut every open connection once, the hard way."""
        self._run(self._cut())

    def run(self) -> None:
        """Until the end; for a thread of its own."""
        with closing(self._loop):
            self._loop.run_forever()

    def end(self) -> None:
        """Let go of everybody."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        await self._fail("refused")
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _fail(self, fault: Fault) -> None:
        self.fault = fault
        if fault == "refused" and self._server:
            self._server.close()
            self._server = None
        elif fault != "refused" and not self._server:
            self._server = await asyncio.start_server(self._connected, HOST, self.port)
        if fault in {"refused", "reset"}:
            await self._cut()

    async def _cut(self) -> None:
        for writer in list(self._open):
            self._abort(writer)

    def _abort(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_AND_HARD)
        writer.transport.abort()
        self.resets += 1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault == "reset":
            self._abort(writer)
            return
        self._open.add(writer)
        try:
            behind_reader, behind_writer = await asyncio.open_unix_connection(self.target)
            await asyncio.gather(self._pass_on(reader, behind_writer), self._pass_on(behind_reader, writer))
        except OSError:
            pass  # who asked sees the line closed
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._hesitate()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # cut by one of both
        finally:
            writer.close()

    async def _hesitate(self) -> None:
        if self.fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        while self.fault == "silent":
            await asyncio.sleep(0.05)

    def _run(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)


@contextmanager
def faulty_line(target: str) -> Iterator[FaultyLine]:
    """Whole at first; gone afterwards."""
    line = FaultyLine(target)
    thread = threading.Thread(target=line.run, daemon=True)
    thread.start()
    line.fail("")
    try:
        yield line
    finally:
        line.end()
        thread.join(10)
