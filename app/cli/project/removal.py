"""What goes with a graph: its files and entry, and what only it needs."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.cli.errors import NotWritten, UnknownName
from app.cli.project import extras, registry, texts
from app.cli.project.adapters import all_adapters, needed_adapters, paths_of_adapter
from app.cli.project.changes import apply_changes
from app.cli.project.imports import Imports, imports_of, is_within, module_of
from app.settings import Settings

_SHARED = {"kit", "adapters"}

_SETTINGS = {
    variable
    for name in Settings.model_fields
    for variable in (name.upper(), f"FANJOIN_{name.upper()}")
}

_TEXTS = (".py", ".txt", ".sql", ".json")


@dataclass(frozen=True)
class Removal:
    """What to delete and what to write, by paths from the root of a project."""

    root: Path
    graphs: list[str]
    deleted: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What a person should know of each file that is written, or left."""

    def apply(self) -> None:
        apply_changes(self.root, deleted=self.deleted, written=self.written)


def plan_removal(
    root: Path,
    graph_ids: Collection[str],
    registry_name: str,
    *,
    only_adapters: Collection[str] | None = None,
) -> Removal:
    """Find out what to remove; raise UnknownName, or NotWritten where something else needs it.

    `only_adapters` are those that stay, with what is needed; without it one stays that nobody
    needed before.
    """
    content = registry.read_registry(root / registry_name)
    graphs = content["graphs"]
    if unknown := [graph_id for graph_id in graph_ids if graph_id not in graphs]:
        known = ", ".join(graphs) or "none"
        raise UnknownName(f"{registry_name} has no graph {unknown[0]!r}; its graphs: {known}")
    left = {name: entry for name, entry in graphs.items() if name not in graph_ids}
    removal = Removal(root, [name for name in graphs if name in graph_ids])
    removal.deleted.extend(_paths_of_graphs(root, graphs, left, removal.notes))
    before = imports_of(root)
    _require_unused(before, removal.deleted)
    there = needed_adapters(before) if only_adapters is None else all_adapters(before)
    needed = needed_adapters(_left(before, removal.deleted), only_adapters or ())
    for name in sorted(there - needed):
        removal.deleted.extend(path for path in paths_of_adapter(name) if (root / path).exists())
    after = _left(before, removal.deleted)
    removal.written[registry_name] = registry.text_of({**content, "graphs": left})
    removal.notes.append(f"{registry_name}: without {_words(removal.graphs)}")
    _drop_extras(removal, before, after)
    _drop_words(removal)
    return removal


def _paths_of_graphs(
    root: Path, graphs: Mapping[str, object], left: Mapping[str, object], notes: list[str]
) -> Iterator[str]:
    """Yield the files and folders of the graphs that go, and of their tests."""
    shared = {_place_of(entry) for entry in left.values()}
    seen: set[str] = set()
    for name, entry in graphs.items():
        place = _place_of(entry)
        if name in left or place in seen:
            continue
        if place is None or place in shared:
            why = "outside graphs/" if place is None else "shared with another graph"
            notes.append(f"{registry.path_of(entry) or name} is left: it is {why}")
            continue
        seen.add(place)
        stem = PurePosixPath(place).stem
        tests = (f"tests/graphs/{stem}", f"tests/graphs/test_{stem}.py")
        yield from (path for path in (place, *tests) if (root / path).exists())


def _place_of(entry: object) -> str | None:
    """Return the file or the folder right below graphs/ that an entry names; None if elsewhere."""
    path = registry.path_of(entry)
    if not path.endswith(".py"):
        path = path.replace(".", "/") + ".py"
    parts = [part for part in PurePosixPath(path).parts if part != "."]
    if len(parts) < 2 or parts[0] != "graphs" or ".." in parts or parts[1] in _SHARED:
        return None
    return f"graphs/{parts[1]}"


def _left(imports: Imports, deleted: Collection[str]) -> Imports:
    return {path: names for path, names in imports.items() if not _is_below(path, deleted)}


def _is_below(path: str, places: Collection[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _require_unused(imports: Imports, deleted: Collection[str]) -> None:
    gone = frozenset(module_of(path) for path in deleted)
    for path, modules in _left(imports, deleted).items():
        for module in sorted(modules):
            if is_within(module, gone):
                raise NotWritten(f"{path} imports {module}: change or remove it first")


def _drop_extras(removal: Removal, before: Imports, after: Imports) -> None:
    root = removal.root
    unneeded = extras.needed_extras(root, before) - extras.needed_extras(root, after)
    listed = extras.read_extras(root)
    if dropped := [extra for extra in listed if extra in unneeded]:
        rest = [extra for extra in listed if extra not in unneeded]
        removal.written[extras.EXTRAS_FILE] = extras.text_of(rest)
        removal.notes.append(f"{extras.EXTRAS_FILE}: without {_words(dropped)}")


def _drop_words(removal: Removal) -> None:
    """Leave out entry points, table rows and variables that stand for nothing any more."""
    root = removal.root
    documents = [path.relative_to(root).as_posix() for path in sorted(root.glob("docs/*.md"))]
    old = {name: _read(root / name) for name in ("pyproject.toml", "README.md", *documents)}
    example = _read(root / ".env.example")
    gone = frozenset(module_of(path) for path in removal.deleted)
    modules = texts.commands_in(old["pyproject.toml"])
    commands = [name for name, module in modules.items() if is_within(module, gone)]
    variables = _variables_of_none(removal, texts.variables_in(example))
    new = {"pyproject.toml": texts.pyproject_without(old["pyproject.toml"], commands)}
    for name in ("README.md", *documents):
        new[name] = texts.document_without(
            old[name], graphs=removal.graphs, variables=variables, commands=commands
        )
        if new[name] != old[name]:
            removal.notes.append(f"{name}: without the table rows of all this")
    if commands and new["pyproject.toml"] != old["pyproject.toml"]:
        removal.notes.append(f"pyproject.toml: without the command {_words(commands)}")
    if variables:
        old[".env.example"] = example
        new[".env.example"] = texts.env_example_without(example, variables)
        removal.notes.append(f".env.example: without {_words(sorted(variables))}")
    removal.written.update({name: text for name, text in new.items() if text != old[name]})


def _variables_of_none(removal: Removal, variables: set[str]) -> set[str]:
    """Return the variables that only what is removed names, and no setting of the service."""
    named: dict[bool, set[str]] = {True: set(), False: set(_SETTINGS)}
    for file in (removal.root / "graphs").rglob("*"):
        if file.suffix in _TEXTS and file.is_file():
            path = file.relative_to(removal.root).as_posix()
            words = set(re.findall(r"[A-Z][A-Z0-9_]+", _read(file)))
            named[_is_below(path, removal.deleted)] |= words
    return variables & named[True] - named[False]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _words(names: Collection[str]) -> str:
    return ", ".join(names)
