"""Variables of the service and of the graphs: unusable, mistyped, set or not; no key is tried.

The graphs' source is searched as text. A setting of theirs is explained right under it, by a string
that begins with the variable's name: "`TAVILY_API_KEY`; with it the web is searched by Tavily."
"""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import Reading
from app.cli.wrong_variables import variable_of
from app.settings import Settings

_PREFIX = "FANJOIN_"

_CUTOFF = 0.66
"""Low enough that DB_URL leads to DATABASE_URL."""

_OURS = {*map(variable_of, Settings.model_fields), "FANJOIN_SECRETS_DIR"}

_GRAPH_FILE = re.compile(r'"([^"]+\.py):\w+"')

_NAME = re.compile(r"FANJOIN_[A-Z0-9_]+")

_OPTIONAL = re.compile(r'\| None\b.*\n\s+"""`([A-Z][A-Z0-9_]+)`[:;] ([^"]+)"""')


async def check_settings(reading: Reading) -> list[Finding]:
    wrong = [Finding("error", variable.detail, variable.fix) for variable in reading.wrong]
    mistyped = _mistyped(_OURS | _names_in_graphs(reading.settings.graphs_file))
    if wrong or mistyped:
        return wrong + mistyped
    count = sum(name.upper() in _OURS for name in os.environ)
    return [Finding("ok", f"{count} of {len(_OURS)} settings are set, all usable")]


async def check_sources(reading: Reading) -> list[Finding]:
    optional = optional_variables(reading.settings.graphs_file)
    if not optional:
        return [Finding("skipped", "the graphs name no variable of their own")]
    missing = [name for name in optional if not os.environ.get(name, "").strip()]
    findings = [
        Finding("ok", f"{name} is set: {explanation}")
        for name, explanation in optional.items()
        if name not in missing
    ]
    return [*findings, *([Finding("skipped", f"not set: {', '.join(missing)}")] if missing else [])]


def optional_variables(graphs_file: Path) -> dict[str, str]:
    """Return the variables without which the graphs leave something out, and what they are for."""
    explained = [match for source in _sources(graphs_file) for match in _OPTIONAL.findall(source)]
    return {name: " ".join(text.split()) for name, text in sorted(explained) if name not in _OURS}


def _mistyped(known: set[str]) -> list[Finding]:
    """List names close to a known one; a library of the graphs may read any other."""
    ends = [name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX)]
    findings = []
    for name in sorted(os.environ):
        if not name.upper().startswith(_PREFIX) or name.upper() in known:
            continue
        end = name.upper().removeprefix(_PREFIX)
        for close in get_close_matches(end, ends, n=1, cutoff=_CUTOFF):
            detail = f"{name}: did you mean {_PREFIX}{close}? Nothing reads {name}"
            findings.append(Finding("warning", detail, f"rename it to {_PREFIX}{close}"))
    return findings


def _names_in_graphs(graphs_file: Path) -> set[str]:
    return {name for source in _sources(graphs_file) for name in _NAME.findall(source)}


def _sources(graphs_file: Path) -> Iterator[str]:
    root = graphs_file.absolute().parent
    files = _GRAPH_FILE.findall(_text(graphs_file))
    for folder in sorted({(root / file).parent for file in files}):
        # The registry's own folder also holds virtual environments and tests.
        for path in folder.rglob("*.py") if folder != root else folder.glob("*.py"):
            yield _text(path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ""
