"""An entrypoint without annotations that may return null."""

from typing import Any

from langgraph.func import entrypoint

from tests.plain_graphs.examples import Example

VALUES: list[Any] = [{"a": [1, None]}, "text", 0, False, [], 1.5, "", {}]

EXAMPLES = [Example(value) for value in VALUES]


@entrypoint()
def graph(given):  # type: ignore[no-untyped-def]  # without annotations, as many are
    return given if given not in (False, "text") else None
