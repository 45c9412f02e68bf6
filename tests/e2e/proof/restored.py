"""A service that starts from a finished backup."""

import subprocess
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import httpx2
from pydantic import SecretStr

from app.settings import Settings
from app.storage.backup import FILES
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.expected import ExpectedThread
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.operator import Backup
from tests.postgres import PostgresServer, postgres_program

_NO_PRUNING = {"FANJOIN_PRUNE_MINUTES": "0"}


def check_backup(
    backup: Backup,
    settings: Settings,
    server: PostgresServer | None,
    threads: list[ExpectedThread],
    figures: Figures,
) -> None:
    """Start a service from a backup, and look for what was acknowledged before it began."""
    if server is None:
        for name in FILES:
            with closing(connect(backup.place / name)) as connection:
                said = connection.execute("PRAGMA quick_check").fetchall()
            figures.expect("a backup passes quick_check", said == [("ok",)], f"{backup} {said}")
        _check(settings.model_copy(update={"data_dir": backup.place}), backup, threads, figures)
        return
    with server.fresh_database(is_migrated=False) as url:
        restore = [str(postgres_program("pg_restore")), "--no-owner", "-d", url, str(backup.place)]
        status = subprocess.run(restore, check=False).returncode
        figures.expect("a dump restores", status == 0, f"{backup} {status}")
        folder = Path(f"{backup.place}-restored")
        restored = {"data_dir": folder, "database_url": SecretStr(url)}
        _check(settings.model_copy(update=restored), backup, threads, figures)


def _check(
    settings: Settings, backup: Backup, threads: list[ExpectedThread], figures: Figures
) -> None:
    service = KilledService(settings, _NO_PRUNING)
    try:
        service.start()
        for thread in threads:
            if thread.state != "there" or not backup.entries.get(thread.thread_id):
                continue
            answer = httpx2.get(f"{service.url}/threads/{thread.thread_id}")
            values = answer.json().get("values") or {}
            missing = backup.entries[thread.thread_id] - set(values.get("entries", []))
            figures.expect(
                "a backup has what was acknowledged before it",
                not missing,
                f"{backup.place.name} {thread.thread_id} {missing} {answer.status_code}",
            )
    finally:
        service.stop()
