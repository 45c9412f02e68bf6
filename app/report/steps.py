"""The supersteps of a run, by namespace: what LangGraph starts together, and waits for together."""

from collections import defaultdict
from dataclasses import dataclass, field

from app.report.rows import Row


@dataclass(slots=True)
class Step:
    """The superstep that a namespace is in."""

    number: int = 0
    is_over: bool = False
    """A task of it has ended: the next to be scheduled belongs to another."""

    rows: list[Row] = field(default_factory=list)
    _items: dict[str, int] = field(default_factory=dict)

    def next_item(self, node: str) -> int:
        """Count the items that are sent to a node in one step, from 0."""
        item = self._items.get(node, 0)
        self._items[node] = item + 1
        return item

    def add(self, row: Row) -> None:
        """Add a row that is scheduled; rows of one step are branches."""
        row.step = self.number
        self.rows.append(row)
        if len(self.rows) > 1:
            for one in (self.rows[0], row):
                one.kind = "branch" if one.kind == "node" else one.kind

    def add_again(self, row: Row) -> None:
        """Add a row that an earlier attempt of the run, or of the graph around it, left."""
        if not any(one is row for one in self.rows):
            self.add(row)


class Steps:
    """Counts the supersteps of each namespace."""

    def __init__(self) -> None:
        self._current: dict[str, Step] = defaultdict(Step)

    def current(self, namespace: str) -> Step:
        return self._current[namespace]

    def next(self, namespace: str) -> Step:
        """Begin the step after the current one."""
        step = self._current[namespace] = Step(self._current[namespace].number + 1)
        return step

    def resume(self, namespace: str, number: int, *, is_over: bool) -> None:
        """Continue a namespace in the step in which an earlier attempt of the run left it."""
        self._current[namespace] = Step(number, is_over)
