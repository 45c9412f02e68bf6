"""The graphs: whether langgraph.json leads to usable ones, and what the lint says.

They load in a daemon thread, which does not outlive the command even if a graph's file hangs.
"""

import asyncio
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading
from app.cli.view.measures import counted
from app.graphs.registry import Inspection, inspect_graphs


async def check_graphs(reading: Reading) -> list[Finding]:
    graphs_file = reading.settings.graphs_file
    loading: Future[Inspection] = Future()
    loading.set_running_or_notify_cancel()
    Thread(target=_load, args=(graphs_file, loading), daemon=True).start()
    inspection = await asyncio.wrap_future(loading)
    fix = f"correct it in {graphs_file}, or in the file it names"
    findings = [Finding("error", problem, fix) for problem in inspection.problems]
    for linted in inspection.findings:
        detail = f"{linted.file} ({linted.graph_id}): {f'{linted.node} {linted.message}'.strip()}"
        findings.append(Finding(linted.severity, detail, linted.fix))
    findings += [
        Finding("warning", f"{graphs_file}: {note.part}", note.fix) for note in inspection.notes
    ]
    served = f"{counted(len(inspection.entries), 'graph')} of {graphs_file} can be served"
    return findings or [Finding("ok", served)]


def _load(graphs_file: Path, loading: "Future[Inspection]") -> None:
    try:
        loading.set_result(asyncio.run(inspect_graphs(graphs_file)))
    except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
        loading.set_exception(error)
