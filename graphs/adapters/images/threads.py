"""The threads that work on images: few, since each may need hundreds of megabytes at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

MOST_AT_ONCE = 2
"""In the whole process; more wait for their turn."""


async def in_image_thread(
    work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs
) -> Made:
    """Return what `work` makes, done beside the event loop."""
    return await asyncio.wrap_future(_threads().submit(work, *args, **kwargs))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="images")
