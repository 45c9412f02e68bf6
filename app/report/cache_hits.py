"""Results that LangGraph had in its cache: its stream names the node of each, but not the task."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.report.rows import Row


class CacheHits:
    """Matches cached results with the tasks of a step that never start.

    The results come in the order of their tasks, before any other task starts. Which tasks they
    belong to is certain once all others have started: no row gets the result of another.
    """

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, list[Row]]] = defaultdict(dict)
        self._results: dict[str, dict[str, list[tuple[Any, float]]]] = defaultdict(dict)

    def schedule(self, namespace: str, row: Row) -> None:
        """A task may be cached."""
        self._rows[namespace].setdefault(row.path[-1], []).append(row)

    def add(self, namespace: str, node: str, writes: Any, now: float) -> bool:
        """Add a result; return whether every task of this node has one by now."""
        results = self._results[namespace].setdefault(node, [])
        results.append((writes, now))
        return len(results) == len(self._rows[namespace].get(node, []))

    def match(self, namespace: str) -> Iterator[tuple[Row, Any, float]]:
        """Yield each row of a step that was cached, with its result and when it was known."""
        rows = self._rows.pop(namespace, {})
        for node, results in self._results.pop(namespace, {}).items():
            untouched = [row for row in rows.get(node, []) if row.is_untouched]
            if len(untouched) == len(results):
                for row, (writes, known) in zip(untouched, results, strict=True):
                    yield row, writes, known
