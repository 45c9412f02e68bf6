"""Databases that go away for a while: really locked, really full, really cut off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from psycopg.conninfo import conninfo_to_dict


class Line:
    """A loopback port before PostgreSQL that can be cut."""

    def __init__(self, conninfo: str) -> None:
        self._to = conninfo_to_dict(conninfo)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self.port = 0

    @property
    def url(self) -> str:
        user, name = self._to.get("user", "postgres"), self._to.get("dbname", "postgres")
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    async def fix(self) -> None:
        self._is_cut = False
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._is_cut = True
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = str(self._to.get("host", "127.0.0.1")), int(self._to.get("port") or 5432)
        if host.startswith("/"):
            back, forth = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            back, forth = await asyncio.open_connection(host, port)
        if self._is_cut:  # while it connected
            forth.close()
            writer.close()
            return
        await asyncio.gather(self._carry(reader, forth), self._carry(back, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def line_to(conninfo: str) -> AsyncIterator[Line]:
    line = Line(conninfo)
    await line.fix()
    try:
        yield line
    finally:
        await line.cut()
