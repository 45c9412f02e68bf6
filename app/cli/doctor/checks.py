"""All checks in the order they are listed, run side by side and each within a time limit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.cli.doctor.database import check_database
from app.cli.doctor.finding import Finding
from app.cli.doctor.graphs import check_graphs
from app.cli.doctor.keys import check_keys
from app.cli.doctor.machine import check_disk, check_python
from app.cli.doctor.model import check_model
from app.cli.doctor.reading import Reading
from app.cli.doctor.variables import check_settings, check_sources
from app.cli.wrong_variables import variable_of
from app.plain_json import named_error


@dataclass(frozen=True)
class Check:
    """A named check."""

    name: str
    look: Callable[[Reading], Awaitable[list[Finding]]]
    needs: Sequence[str] = ()
    """Fields of the settings; the check is skipped while one of them is wrong."""

    late_fix: str = "try a higher --seconds, or try again when this machine has less to do"


CHECKS = (
    Check("python", check_python),
    Check("settings", check_settings),
    Check("graphs", check_graphs, late_fix="`fanjoin lint` shows which graph's file hangs"),
    Check(
        *("model", check_model, ["environment"]),
        late_fix="check that the server has loaded its model, or wait longer with --seconds",
    ),
    Check("database", check_database, ["database_url", "data_dir", "migrate_at_start"]),
    Check("disk", check_disk, ["data_dir"]),
    Check("keys", check_keys, ["api_keys"]),
    Check("sources", check_sources),
)


async def run_checks(
    checks: Sequence[Check], reading: Reading, *, seconds: float
) -> AsyncIterator[tuple[Check, list[Finding]]]:
    """Yield each check with its findings as soon as it ends; a check that fails stops no other."""
    tasks = [asyncio.create_task(_run(check, reading, seconds)) for check in checks]
    for ended in asyncio.as_completed(tasks):
        yield await ended


async def _run(check: Check, reading: Reading, seconds: float) -> tuple[Check, list[Finding]]:
    if wrong := sorted(reading.wrong_fields.intersection(check.needs)):
        names = " and ".join(map(variable_of, wrong))
        return check, [Finding("skipped", f"not checked, because {names} cannot be used")]
    task = asyncio.ensure_future(check.look(reading))
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
        return check, [Finding("error", f"not done after {seconds:g} s", check.late_fix)]
    if error := task.exception():
        detail = f"the check failed: {named_error(error)}"
        return check, [Finding("error", detail, "fix what it names, or report it as a bug")]
    return check, task.result()
