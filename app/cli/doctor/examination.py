"""All checks side by side, each for so long and no longer."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from app.cli.doctor.checks import Check
from app.cli.doctor.findings import Finding
from app.cli.doctor.reading import Reading
from app.cli.wrong_variables import variable_of


async def examine(
    checks: Sequence[Check], reading: Reading, *, seconds: float
) -> AsyncIterator[tuple[Check, list[Finding]]]:
    """Yield each check with what it found as soon as it ends; none that fails ends another."""
    looking = [asyncio.create_task(_look(check, reading, seconds)) for check in checks]
    for ended in asyncio.as_completed(looking):
        yield await ended


async def _look(check: Check, reading: Reading, seconds: float) -> tuple[Check, list[Finding]]:
    if wrong := check.reads & reading.wrong_fields:
        names = " and ".join(variable_of(field) for field in sorted(wrong))
        return check, [Finding("skipped", f"not looked at, since {names} cannot be used")]
    task = asyncio.ensure_future(check.look(reading))
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
        return check, [Finding("error", f"not done after {seconds:g} s", check.late)]
    if error := task.exception():
        detail = f"it could not be looked at: {type(error).__name__}: {error}"
        return check, [
            Finding(
                "error", detail, "mend what it names, or report it where it names nothing of yours"
            )
        ]
    return check, task.result()
