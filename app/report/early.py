"""What callbacks say of a task before LangGraph's stream has announced it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.graphs.namespaces import task_id_of
from app.report.rows import Row

Act = Callable[[Row], None]


@dataclass(frozen=True)
class Heard:
    """What was said of one task, from which moment on, and by which ns."""

    ns: str
    at: float
    acts: list[Act] = field(default_factory=list)


class Early:
    """Holds it back: a row is told which item it is, and its events come in order."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard] = {}

    def hear(self, ns: str, now: float, act: Act) -> None:
        self._heard.setdefault(task_id_of(ns), Heard(ns, now)).acts.append(act)

    def take(self, ns: str) -> Heard | None:
        """Return what was said of a task, once."""
        return self._heard.pop(task_id_of(ns), None)

    def tasks(self) -> Iterator[str]:
        """Yield the ns of each task that was never announced."""
        yield from [heard.ns for heard in self._heard.values()]
