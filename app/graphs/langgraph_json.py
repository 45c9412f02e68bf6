"""What langgraph.json declares, checked entry by entry, so that no wrong one hides another."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.graphs.langgraph_keys import Note, notes_on, refused_keys
from app.graphs.schemas import pascal
from app.plain_json import shortened

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

_ENTRY = '"./file.py:variable" or {"path": "./file.py:variable", "description": "…"}'

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class GraphDef:
    """One graph: its id, where it is, what it is for."""

    graph_id: str
    path: str
    description: str = ""


@dataclass(frozen=True)
class Declarations:
    """The part of langgraph.json that this service reads, and all that is wrong with it."""

    graphs: list[GraphDef]
    dependencies: list[str]
    problems: list[str]
    """What is wrong with the file as a whole."""

    broken: dict[str, str]
    """What is wrong with one graph's entry, by its id."""

    notes: list[Note]
    """What has no effect here."""


def read_declarations(graphs_file: Path) -> Declarations:
    """Read the file; what cannot be read or is out of form becomes a problem."""
    doubled: list[str] = []
    try:
        text = graphs_file.read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=partial(_to_dict, doubled=doubled))
    except (OSError, UnicodeDecodeError) as error:
        fix = "name the file with FANJOIN_GRAPHS_FILE"
        return _unusable(f"{graphs_file} cannot be read ({error}): {fix}")
    except (ValueError, RecursionError) as error:  # digits or levels without end are JSON, too
        return _unusable(f"{graphs_file} is not JSON: {error}")
    if not isinstance(content, dict):
        fix = f'write {{"graphs": {{"my_graph": {_ENTRY}}}}}'
        return _unusable(f"{graphs_file}: the file contains {_kind(content)}: {fix}")
    problems = [f"{name!r} is defined more than once: rename or remove one" for name in doubled]
    problems += refused_keys(content)
    dependencies = content.get("dependencies", [])
    if not _is_list_of_text(dependencies):
        problems.append(f'"dependencies" is {_kind(dependencies)}: write a list of folders')
        dependencies = []
    entries = content.get("graphs")
    if not isinstance(entries, dict) or not entries:
        reason = "names no graph" if not entries else f"is {_kind(entries)}"
        problems.append(f'"graphs" {reason}: write "graphs": {{"my_graph": {_ENTRY}}}')
        entries = {}
    checked = {graph_id: _check_entry(graph_id, entry) for graph_id, entry in entries.items()}
    broken = {graph_id: entry for graph_id, entry in checked.items() if isinstance(entry, str)}
    broken |= _check_ids(entries)
    return Declarations(
        [
            entry
            for entry in checked.values()
            if isinstance(entry, GraphDef) and entry.graph_id not in broken
        ],
        dependencies,
        [f"{graphs_file}: {problem}" for problem in problems],
        broken,
        notes_on(content, graphs_file.parent),
    )


def _unusable(problem: str) -> Declarations:
    return Declarations([], [], [problem], {}, [])


def _to_dict(pairs: list[tuple[str, Any]], *, doubled: list[str]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    doubled.extend(sorted({name for name in names if names.count(name) > 1}))
    return dict(pairs)


def _check_entry(graph_id: str, entry: Any) -> GraphDef | str:
    """Return what an entry declares, or what is wrong with it."""
    if isinstance(entry, str):
        return GraphDef(graph_id, entry)
    if not isinstance(entry, dict):
        return f"its entry is {_kind(entry)}: write {_ENTRY}"
    path, description = entry.get("path"), entry.get("description", "")
    if not isinstance(path, str):
        reason = f"its path is {_kind(path)}" if "path" in entry else "its entry has no path"
        return f"{reason}: write {_ENTRY}"
    if not isinstance(description, str):
        return f"its description is {_kind(description)}: write text"
    return GraphDef(graph_id, path, description)


def _check_ids(graph_ids: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with ids, by id."""
    broken: dict[str, str] = {}
    same: dict[str, list[str]] = defaultdict(list)
    for graph_id in graph_ids:
        if _ID.fullmatch(graph_id):
            same[pascal(graph_id)].append(graph_id)
        else:
            broken[graph_id] = (
                "an id is part of an address: begin with a letter or a digit and use only these, "
                "'_', '.' and '-'"
            )
    for name, ids in same.items():
        for graph_id in ids if len(ids) > 1 else ():
            others = " and ".join(repr(other) for other in ids if other != graph_id)
            broken[graph_id] = (
                f"its schemas and those of {others} would be called {name}Input: rename one"
            )
    return broken


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _kind(value: Any) -> str:
    """Say in plain words what stands there."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    shown = json.dumps(value, ensure_ascii=False)
    return f"{kinds[type(value)]} ({shortened(shown, _LONGEST_SHOWN)})"
