"""The database: whether it answers, whose tables it has, and who serves from it."""

import asyncio

from app.cli.doctor.findings import Finding
from app.cli.doctor.postgres_database import check_postgres
from app.cli.doctor.reading import Reading
from app.cli.doctor.sqlite_database import check_sqlite


async def check_database(reading: Reading) -> list[Finding]:
    if reading.settings.database_url is not None:
        return await check_postgres(reading.settings)
    return await asyncio.to_thread(check_sqlite, reading.settings)
