"""What langgraph.json declares, checked entry by entry, so that no wrong one hides another."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

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


def read_declarations(graphs_file: Path) -> Declarations:
    """Read the file; what cannot be read or is out of form becomes a problem."""
    doubled: list[str] = []
    try:
        text = graphs_file.read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=partial(_to_dict, doubled=doubled))
    except (OSError, UnicodeDecodeError) as error:
        fix = "name the file with FANJOIN_GRAPHS_FILE"
        return Declarations([], [], [f"{graphs_file} cannot be read ({error}): {fix}"])
    except (ValueError, RecursionError) as error:  # digits or levels without end are JSON, too
        return Declarations([], [], [f"{graphs_file} is not JSON: {error}"])
    problems = [f"{name!r} is defined more than once: rename or remove one" for name in doubled]
    declared = _check_file(content, problems)
    return Declarations(
        declared.graphs,
        declared.dependencies,
        [f"{graphs_file}: {problem}" for problem in declared.problems],
    )


def _to_dict(pairs: list[tuple[str, Any]], *, doubled: list[str]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    doubled.extend(sorted({name for name in names if names.count(name) > 1}))
    return dict(pairs)


def _check_file(content: Any, problems: list[str]) -> Declarations:
    if not isinstance(content, dict):
        fix = f'write {{"graphs": {{"my_graph": {_ENTRY}}}}}'
        return Declarations([], [], [*problems, f"the file contains {_kind(content)}: {fix}"])
    dependencies = content.get("dependencies", [])
    if not _is_list_of_text(dependencies):
        problems = [*problems, f'"dependencies" is {_kind(dependencies)}: write a list of folders']
        dependencies = []
    entries = content.get("graphs")
    if not isinstance(entries, dict) or not entries:
        reason = "names no graph" if not entries else f"is {_kind(entries)}"
        fix = f'write "graphs": {{"my_graph": {_ENTRY}}}'
        return Declarations([], dependencies, [*problems, f'"graphs" {reason}: {fix}'])
    checked = [_check_entry(graph_id, entry) for graph_id, entry in entries.items()]
    return Declarations(
        [entry for entry in checked if isinstance(entry, GraphDef)],
        dependencies,
        [*problems, *_check_ids(entries), *(entry for entry in checked if isinstance(entry, str))],
    )


def _check_entry(graph_id: str, entry: Any) -> GraphDef | str:
    """Return what an entry declares, or what is wrong with it."""
    if isinstance(entry, str):
        return GraphDef(graph_id, entry)
    if not isinstance(entry, dict):
        return f"graph {graph_id!r}: its entry is {_kind(entry)}: write {_ENTRY}"
    path, description = entry.get("path"), entry.get("description", "")
    if not isinstance(path, str):
        reason = f"its path is {_kind(path)}" if "path" in entry else "its entry has no path"
        return f"graph {graph_id!r}: {reason}: write {_ENTRY}"
    if not isinstance(description, str):
        return f"graph {graph_id!r}: its description is {_kind(description)}: write text"
    return GraphDef(graph_id, path, description)


def _check_ids(graph_ids: Iterable[str]) -> Iterator[str]:
    same: dict[str, list[str]] = defaultdict(list)
    for graph_id in graph_ids:
        if _ID.fullmatch(graph_id):
            same[pascal(graph_id)].append(graph_id)
        else:
            yield (
                f"graph {graph_id!r}: an id is part of an address: begin with a letter or a digit "
                f"and use only these, '_', '.' and '-'"
            )
    for name, ids in same.items():
        if len(ids) > 1:
            named = " and ".join(map(repr, ids))
            yield f"graphs {named}: the schemas of all would be called {name}Input: rename one"


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _kind(value: Any) -> str:
    """Say in plain words what stands there."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    shown = json.dumps(value, ensure_ascii=False)
    return f"{kinds[type(value)]} ({shortened(shown, _LONGEST_SHOWN)})"
