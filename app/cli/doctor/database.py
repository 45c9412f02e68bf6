"""The database: whether it answers, has the tables of this version, and is in use by a service."""

import os
import sqlite3
from urllib.parse import urlsplit

from sqlalchemy.exc import ArgumentError

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading
from app.errors import AlreadyServed, BehindMigrations, NewerTables, StorageUnavailable
from app.settings import Settings
from app.storage.backup import FILES
from app.storage.data_folder import flaw_of_file, flaw_of_folder
from app.storage.database import open_database
from app.storage.engines import FILE
from app.storage.errors import reason_of
from app.storage.integrity import damage_in
from app.storage.locks import SERVING_FILE, hold_serving_lock


async def check_database(reading: Reading) -> list[Finding]:
    """Look whether it answers, and on SQLite whether each file is whole."""
    flaw = _flaw_in(reading.settings)
    if flaw is not None:
        return [Finding("error", flaw, "remove or correct it, or set FANJOIN_DATA_DIR")]
    answers = await _check_answers(reading)
    if reading.settings.database_url is not None:
        return answers
    return [*answers, *await _check_files(reading.settings, has_failed=_is_error(answers))]


def _flaw_in(settings: Settings) -> str | None:
    """Say what stands in the place of the data folder or of the service's own file."""
    if settings.database_url is not None:
        return None
    folder = settings.data_dir.absolute()
    return flaw_of_folder(folder) or flaw_of_file(folder / FILE)


def _is_error(findings: list[Finding]) -> bool:
    return any(finding.status == "error" for finding in findings)


async def _check_files(settings: Settings, *, has_failed: bool) -> list[Finding]:
    """Look for damage; in the service's own file only if nothing else is wrong with it."""
    files = FILES[1:] if has_failed else FILES
    findings = []
    for file in files:
        path = settings.data_dir.absolute() / file
        if (flaw := flaw_of_file(path)) is not None:
            findings.append(Finding("error", flaw, "remove or correct it, or restore a backup"))
        elif (said := await damage_in(path)) is not None:
            fix = f"stop the service and restore a backup of {settings.data_dir}"
            findings.append(Finding("error", f"{path}: {said}", fix))
    return findings


async def _check_answers(reading: Reading) -> list[Finding]:
    settings = reading.settings
    where = _place(settings)
    try:
        if settings.database_url is None and not (settings.data_dir / FILE).exists():
            return [_missing_file(where, settings)]
        async with open_database(settings) as database:
            await database.check()
        served = ", a service uses it" if await is_served(settings) else ""
    except BehindMigrations as error:
        start_migrates = settings.migrate_at_start and not isinstance(error, NewerTables)
        detail, _, fix = f"{where}: {error}".rpartition(": ")
        return [Finding("warning" if start_migrates else "error", detail, fix)]
    except StorageUnavailable as error:
        return [Finding("error", f"{where}: {error.reason}", _fix(settings))]
    except (sqlite3.Error, ArgumentError, ValueError, OSError) as error:
        reason = reason_of(error) or str(error)
        return [Finding("error", f"{where}: {reason}", _fix(settings))]
    return [Finding("ok", f"{where} answers{served}")]


async def is_served(settings: Settings) -> bool:
    """Whether another process serves from the database: tried by taking its lock for a moment."""
    if settings.database_url is None and not (settings.data_dir / SERVING_FILE).exists():
        return False
    try:
        async with hold_serving_lock(settings, patience_seconds=0):
            return False
    except AlreadyServed:
        return True


def _missing_file(where: str, settings: Settings) -> Finding:
    if settings.migrate_at_start:
        return Finding("ok", f"{where} does not exist yet: the first start creates it")
    return Finding("error", f"{where} does not exist", "run `fanjoin migrate`")


def _fix(settings: Settings) -> str:
    if settings.database_url is not None:
        return "start PostgreSQL, or correct FANJOIN_DATABASE_URL"
    return (
        f"end the process that locks it, let user {os.geteuid()} write to {settings.data_dir} and "
        "all files in it, or restore a backup"
    )


def _place(settings: Settings) -> str:
    if settings.database_url is None:
        return f"SQLite in {settings.data_dir.absolute() / FILE}"
    address = urlsplit(settings.postgres_url or "")
    return f"PostgreSQL at {address.hostname or 'localhost'}{address.path}"
