"""An entrypoint of the functional API: its tasks run side by side; it takes and gives one value."""

from typing import Any

from langgraph.func import entrypoint, task

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example([1, 2, 3]), Example([]), Example([0])]


@task
async def square(number: int) -> int:
    return number**2


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@entrypoint()
async def graph(numbers: list[int], *, previous: Any = None) -> dict[str, Any]:
    futures = [square(number) for number in numbers]
    squares = [await future for future in futures]
    return {"sum": await total(squares), "saw": seen(numbers), "before": previous}
