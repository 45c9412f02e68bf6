"""Databases that cannot hold all text are refused by name, before anything is written."""

from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from app.errors import StorageUnavailable
from app.service import open_service
from app.settings import Settings
from app.storage.engines import writing_engine
from app.storage.migrate import migrate
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
async def test_database_of_another_encoding_is_refused_by_name(
    settings: Settings, postgres_server: PostgresServer, encoding: str
) -> None:
    name = f"test_{uuid4().hex}"
    made = SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE 'C'")
    with psycopg.connect(postgres_server.url(), autocommit=True) as server:
        server.execute(made.format(Identifier(name), encoding))
        url = SecretStr(postgres_server.url(name))
        elsewhere = settings.model_copy(update={"database_url": url})

        with pytest.raises(StorageUnavailable, match=rf"{name}.*{encoding}.*UTF8"):
            async with open_service(elsewhere):
                pass
        with pytest.raises(StorageUnavailable, match=rf"{name}.*{encoding}"):
            await migrate(elsewhere)

        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


async def test_connection_of_another_encoding_is_refused(
    settings: Settings, postgres_url: str
) -> None:
    url = SecretStr(f"{postgres_url}&client_encoding=LATIN1")
    elsewhere = settings.model_copy(update={"database_url": url})

    with pytest.raises(StorageUnavailable, match="LATIN1: remove client_encoding"):
        writing_engine(elsewhere).connect()
