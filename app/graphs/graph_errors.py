"""What an author's code ends in while its graph is loaded or made, as a problem of that graph."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from app.graphs.import_errors import place_of, remedy_of
from app.graphs.own_modules import PREFIX
from app.graphs.project import Project
from app.plain_json import named_error


class GraphFileError(Exception):
    """A path leads to no usable graph; the message says why and what to do."""


class FactoryFailed(GraphFileError):
    """A factory makes no graph; the message names the factory and says why."""


@contextmanager
def failures_of(
    what: str,
    file: str,
    *,
    as_kind: type[GraphFileError] = GraphFileError,
    project: Project | None = None,
) -> Iterator[None]:
    """Make a problem of this graph of whatever its author's code ends in, `sys.exit()` included.

    With a project, what an import ends in has its remedy.
    """
    try:
        yield
    except (GraphFileError, GeneratorExit):
        raise
    except BaseException as error:
        if is_our_end(error):
            raise
        said = " ".join(named_error(error).replace(f"{PREFIX}.", "").split())
        remedy = remedy_of(error, project) if project is not None else ""
        place = place_of(error, file, project)
        raise as_kind(f"{what} failed: {said}{place}{': ' if remedy else ''}{remedy}") from error


def is_our_end(error: BaseException) -> bool:
    """Whether the service itself ends what it does here: its task is cancelled first."""
    task = asyncio.current_task()
    is_cancelled = task is not None and task.cancelling() > 0
    return isinstance(error, asyncio.CancelledError | KeyboardInterrupt) and is_cancelled
