"""Reloads the graphs of a running service when their files change."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

from watchfiles import Change, awatch

from app.cli.commands.serve import Served
from app.cli.view.terminal import complain, stdout
from app.garbage import uncollected
from app.graphs.reload import Sources, sources_of
from app.main import show_graphs
from app.redaction import redactor

_LONGEST_WAIT_MS = 300
"""For files that are saved together; a database in the folder writes all the time."""

_MOST_NAMED = 3


async def reload_on_change(served: Served) -> None:
    """Reload the graphs, and report it, as often as one of their files changes."""
    file = served.service.settings.graphs_file
    sources = sources_of(file)
    is_new = True
    while sources is not None:
        watched = sources
        async with aclosing(_changes(watched)) as changes:
            async for changed in changes:
                if is_new:
                    stdout().print(f"Watching the graphs' files: {_shown(watched.folders)}")
                    is_new = False
                    continue
                await reload(served, changed)
                sources = sources_of(file) or watched
                if sources != watched:  # what was changed until it is watched is loaded once more
                    break


async def reload(served: Served, changed: Sequence[Path]) -> None:
    """Serve the graphs as their files are now, and report what is wrong with them."""
    began = time.perf_counter()
    with uncollected():
        problems = await served.service.reload_graphs()
        show_graphs(served.app, served.service)
    seconds = time.perf_counter() - began
    registry, redact = served.service.registry, redactor(served.service.settings.secrets)
    for problem in problems:
        complain(redact(problem))
    count = f"{len(registry)} graph{'' if len(registry) == 1 else 's'}"
    excluded = f", {len(registry.excluded)} excluded (503)" if registry.excluded else ""
    what = _shown(changed) or "the graphs"
    stdout().print(
        f"Reloaded {what} in {seconds:.1f} s: serving {count}{excluded}.", soft_wrap=True
    )


async def _changes(sources: Sources) -> AsyncGenerator[list[Path]]:
    """Yield an empty list once the files are watched, then which have changed."""

    def is_source(_: Change, path: str) -> bool:
        return sources.include(Path(path))

    watch = awatch(
        *sources.folders,
        watch_filter=is_source,
        debounce=_LONGEST_WAIT_MS,
        ignore_permission_denied=True,
    )
    upcoming = asyncio.ensure_future(anext(watch))
    try:
        await asyncio.sleep(0)  # `awatch` watches before it waits for the first time
        yield []
        while True:
            yield sorted({Path(path) for _, path in await upcoming})
            upcoming = asyncio.ensure_future(anext(watch))
    finally:
        upcoming.cancel()
        with suppress(asyncio.CancelledError):
            await upcoming
        await watch.aclose()


def _shown(paths: Sequence[Path] | set[Path]) -> str:
    names = sorted(os.path.relpath(path) for path in paths)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
