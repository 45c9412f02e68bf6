"""The graphs: whether langgraph.json leads to them, and what the lint says.

They are loaded in a process of their own, which may print, hang or die.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from app.cli.doctor.findings import Finding
from app.cli.doctor.reading import Reading

_IMPORT_ROOT = Path(__file__).parents[3]


_MEND = "`fanjoin lint` loads them in sight of you"


async def check_graphs(reading: Reading) -> list[Finding]:
    process = await _load(reading.settings.graphs_file)
    try:
        out, err = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        last = err.decode(errors="replace").strip().splitlines()[-1:]
        detail = " ".join([f"loading the graphs ended with status {process.returncode}", *last])
        return [Finding("error", detail, _MEND)]
    return [Finding(**finding) for finding in json.loads(out)]


async def _load(graphs_file: Path) -> Process:
    path = os.pathsep.join([str(_IMPORT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    # -P: no other `app` in the working directory is taken for this one.
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-m", "app.cli.doctor.loaded_graphs", str(graphs_file)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
