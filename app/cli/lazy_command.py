"""A command that is listed by its name and help line, and imported only when it is called."""

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand

from app.cli.interrupts import interrupt_again


class LazyCommand(TyperCommand):
    """Stands for a command until that is called, then gives way to it."""

    def __init__(self, name: str, help_line: str, load: Callable[[], Any]) -> None:
        super().__init__(name, help=help_line)
        self._load = load

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Load the command and return its own context; from now on Ctrl-C interrupts it."""
        command = self._load()
        interrupt_again()
        return command.make_context(*args, **options)
