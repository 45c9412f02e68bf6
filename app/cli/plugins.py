"""Commands that other packages bring: entry points of the group `fanjoin.commands`.

Each names a `typer.Typer`. Nothing of it but its parent packages is imported before it is called:
its line in `fanjoin --help` is the first line of its module's docstring, read from the source.
"""

import ast
from importlib.abc import InspectLoader
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_group

from app.cli.environment import load_env_file
from app.cli.errors import CommandError

GROUP = "fanjoin.commands"


class PlugIn(TyperCommand):
    """Stands for the plug-in's own command until that is called, then gives way to it."""

    def __init__(self, entry_point: EntryPoint) -> None:
        super().__init__(entry_point.name, help=_help_line(entry_point.module))
        self._entry_point = entry_point

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Load the command, with `.env` in the environment as every command has it."""
        load_env_file()
        return _load(self._entry_point).make_context(*args, **options)


def plug_in_names() -> list[str]:
    return sorted(entry_points(group=GROUP).names)


def find_plug_in(name: str) -> PlugIn | None:
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    return PlugIn(found) if found else None


def _load(entry_point: EntryPoint) -> Any:
    """Raises CommandError: a plug-in may be gone, while its entry point still stands."""
    try:
        commands = entry_point.load()
    except (ImportError, AttributeError, SyntaxError, ValueError, OSError) as error:
        message = f"the command {entry_point.name} cannot be loaded: {error}"
        raise CommandError(message) from error
    if not isinstance(commands, typer.Typer):
        raise CommandError(f"the command {entry_point.name} is no typer app: {entry_point.value}")
    loaded = get_group(commands)
    loaded.name = entry_point.name
    return loaded


def _help_line(module: str) -> str:
    try:
        spec = find_spec(module)
        loader = spec.loader if spec else None
        source = loader.get_source(module) if isinstance(loader, InspectLoader) else None
        docstring = ast.get_docstring(ast.parse(source or "")) or ""
    except (ImportError, SyntaxError, ValueError, OSError) as error:
        return f"(Cannot be loaded: {error})"
    if spec is None:
        return f"(Cannot be loaded: there is no module {module}.)"
    return docstring.partition("\n")[0]
