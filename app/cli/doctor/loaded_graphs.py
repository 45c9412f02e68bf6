"""The process that loads the graphs: `python -m app.cli.doctor.loaded_graphs FILE`.

What it found goes to standard output as one JSON list, and nothing else does.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from app.cli.doctor.findings import Finding
from app.cli.view.measures import counted
from app.graphs.registry import inspect_graphs


def main() -> None:
    # A graph's file may print; what it prints must not be taken for findings.
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        json.dump([asdict(finding) for finding in look_at(Path(sys.argv[1]))], out)


def look_at(graphs_file: Path) -> list[Finding]:
    """Load every graph into this process."""
    inspection = asyncio.run(inspect_graphs(graphs_file))
    mend = f"correct it in {graphs_file}, or in the file that it names"
    problems = [Finding("error", problem, mend) for problem in inspection.problems]
    for found in inspection.findings:
        where = f"{found.file} ({found.graph_id})"
        detail = f"{where}: {f'{found.node} {found.message}'.strip()}"
        problems.append(Finding(found.severity, detail, found.mend))
    if problems:
        return problems
    count = counted(len(inspection.entries), "graph")
    return [Finding("ok", f"{count} of {graphs_file} can be served")]


if __name__ == "__main__":
    main()
