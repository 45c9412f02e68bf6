"""Commands that other packages bring: entry points of the group `fanjoin.commands`.

Each names a `typer.Typer`. Nothing of it is imported before it is called: its line in
`fanjoin --help` is the first line of its module's docstring, read from the source.
"""

import ast
import sys
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.abc import InspectLoader
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.main import get_group

from app.cli.errors import CommandError
from app.cli.lazy_command import LazyCommand
from app.env_files import load_variable_files

GROUP = "fanjoin.commands"


def plugin_names() -> list[str]:
    return sorted(_entry_points(tuple(sys.path)))


def find_plugin(name: str) -> LazyCommand | None:
    plugin = _entry_points(tuple(sys.path)).get(name)
    if plugin is None:
        return None
    return LazyCommand(name, _help_line(plugin.module), partial(_load, plugin))


@lru_cache(maxsize=1)
def _entry_points(_path: tuple[str, ...]) -> dict[str, EntryPoint]:
    """Read the metadata of every installed package once."""
    return {plugin.name: plugin for plugin in entry_points(group=GROUP)}


def _load(plugin: EntryPoint) -> Any:
    """Load the command, with `.env` in the environment as every command has it.

    Raises CommandError: a plug-in may be gone while its entry point is still installed.
    """
    load_variable_files()
    try:
        commands = plugin.load()
    except (ImportError, AttributeError, SyntaxError, ValueError, OSError) as error:
        message = f"the command {plugin.name} cannot be loaded: {error}"
        raise CommandError(message) from error
    if not isinstance(commands, typer.Typer):
        raise CommandError(f"the command {plugin.name} is no typer app: {plugin.value}")
    loaded = get_group(commands)
    loaded.name = plugin.name
    return loaded


def _help_line(module: str) -> str:
    try:
        docstring = ast.get_docstring(ast.parse(_source_of(module))) or ""
    except (ImportError, SyntaxError, ValueError, OSError) as error:
        return f"(Cannot be loaded: {error})"
    except KeyError:  # a namespace package within another one has to be imported to be searched
        return f"(See {module}.)"
    return docstring.partition("\n")[0]


def _source_of(module: str) -> str:
    """Read a module's source without importing the packages around it, as `find_spec` would."""
    path: Sequence[str] | None = None
    loader: object = None
    parts = module.split(".")
    for name in (".".join(parts[: count + 1]) for count in range(len(parts))):
        specs = (finder.find_spec(name, path) for finder in sys.meta_path)
        spec = next(filter(None, specs), None)
        if spec is None:
            raise ModuleNotFoundError(f"there is no module {name}")
        path, loader = spec.submodule_search_locations or [], spec.loader
    return (loader.get_source(module) if isinstance(loader, InspectLoader) else None) or ""
