"""The rows of a run: where each belongs, and what it is called."""

from collections.abc import Sequence
from typing import Any

from app.graphs.namespaces import HANDLER, announced_ns, ns_around, path_of, place_of, task_id_of
from app.graphs.shape import Shape
from app.graphs.wire import item_of
from app.report.ids import RowIds
from app.report.rows import Row
from app.report.steps import Steps
from app.report.tool_calls import tool_called

_SENT = "__pregel_push"
"""What triggers a task that was sent, or called: LangGraph's constant."""


class RowBook:
    """Every row of a run, in the order in which they were first seen."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._ids = RowIds()
        self._by_task: dict[str, Row] = {}
        self._by_path: dict[str, Row] = {}
        """The last row of each place. A sub-graph with a checkpointer of its own (`True`) has no
        task ids in its namespace."""

        self._placeholders: dict[str, Row] = {}
        """Restored rows whose task id is not known yet, by place."""

        self._inside: dict[str, list[Row]] = {}
        self.rows: list[Row] = []
        self.by_ns: dict[str, Row] = {}
        """By the ns that callbacks have: those of calls and of error handlers are longer there."""

        self.steps = Steps()

    def find(self, ns: str) -> Row | None:
        """Return the row of a task, whichever form its ns has."""
        known = self.by_ns.get(ns) or self._by_task.get(task_id_of(ns))
        return known or self._by_path.get(ns)

    def inside(self, row: Row) -> list[Row]:
        """Return the rows that ran in a row."""
        return self._inside.get(row.id, [])

    def announce(self, ns: str, triggers: Sequence[str], given: Any, heard_as: str) -> Row:
        """Return the row of a task that is scheduled, in its step.

        `given` is the task's input; `heard_as` the ns by which callbacks spoke of it, if they did.
        """
        row = self.find(ns) or self._fill_placeholder(ns, heard_as)
        is_call = _is_call(given)
        parent = self._caller(ns, heard_as) if is_call else self.find(ns_around(ns))
        if row is not None:
            namespace = row.namespace
        elif is_call and parent is not None:
            namespace = f"{parent.ns}|"
        else:
            namespace = ns.rpartition("|")[0]
        step = self.steps.current(namespace)
        if step.is_over:
            step = self.steps.next(namespace)
        is_sent = _SENT in triggers and not is_call
        item = step.next_item(path_of(ns)[-1]) if is_sent else None
        if row is None:
            row = self._new_row(ns, namespace, parent)
            self._describe(row, item, given)
            self._register(row, heard_as)
            step.add(row)
        else:
            if row.scheduled is None:
                self._describe(row, item, given, has_id=True)
            step.add_again(row)
        return row

    def add(self, ns: str) -> Row:
        """Add the row of a task that nothing announced, as an error handler."""
        stream_ns = announced_ns(ns)
        namespace = stream_ns.rpartition("|")[0]
        row = self._new_row(stream_ns, namespace, self.find(ns_around(stream_ns)))
        row.step = self.steps.current(namespace).number
        self._describe(row, None, None)
        if row.path[-1].startswith(HANDLER):
            handled = (*row.path[:-1], row.path[-1].removeprefix(HANDLER))
            if (failed := self._by_path.get("|".join(handled))) is not None:
                failed.is_handled = True
        return self._register(row, ns)

    def add_again(self, ns: str, row: Row) -> Row:
        """Add a row for a task that runs once more after its end: the graph around it does."""
        again = self._new_row(row.ns, row.namespace, row.parent)
        again.label, again.step = row.label, self.steps.current(row.namespace).number
        self._describe(again, row.item, None)
        return self._register(again, ns)

    def restore(self, row: Row) -> None:
        """Take a row over from an earlier attempt of the run."""
        self._ids.reserve(row.id)
        self._register(row, row.ns)

    def around(self, ns: str, row_id: str | None) -> Row | None:
        """Return the row that a restored row ran in; it may not have ended.

        `row_id` is its id, as far as the event says it: the ns of a call does not name its caller.
        """
        outer_ns = ns_around(ns)
        row = self.find(outer_ns)
        is_call = row_id is not None and row_id.count("/") >= _depth(outer_ns)
        if is_call and (row is None or row.id != row_id):
            outer_ns = str(row_id).replace("/", "|")
            row = self.find(outer_ns)
        if row is None and outer_ns:
            row = self._restore_outer(outer_ns, row_id)
        return row

    def _restore_outer(self, ns: str, row_id: str | None) -> Row:
        """Add a row of which only what ran in it is known; it is to run again."""
        row = self._new_row(ns, ns.rpartition("|")[0], self.around(ns, None))
        if row_id is not None:
            row.id, row.name = row_id, row.path[-1]
            self._ids.reserve(row_id)
        else:
            self._describe(row, None, None)
        if ns == place_of(ns):
            self._placeholders[ns] = row
        return self._register(row, ns)

    def _fill_placeholder(self, ns: str, heard_as: str) -> Row | None:
        """Return the restored row that a task turns out to be, if one waits for its task id."""
        row = self._placeholders.pop(place_of(ns), None) if self._placeholders else None
        if row is not None:
            row.ns = ns
            self.by_ns[heard_as] = self._by_task[task_id_of(ns)] = row
        return row

    def _caller(self, ns: str, heard_as: str) -> Row | None:
        """Return the node that calls a task of the functional API: the only one, if none is named.

        Callbacks say it, where they are faster than the stream.
        """
        if heard_as != ns:
            return self.find(ns_around(heard_as))
        around = self.steps.current(ns.rpartition("|")[0]).rows
        under_way = [row for row in around if row.started is not None and row.ended is None]
        return under_way[0] if len(under_way) == 1 else None

    def _new_row(self, ns: str, namespace: str, parent: Row | None) -> Row:
        path = path_of(ns) if parent is None else (*parent.path, path_of(ns)[-1])
        row = Row("", path, self._shape.kind(path), namespace, ns=ns, parent=parent)
        row.is_declared_required = self._shape.required.get(path)
        return row

    def _describe(self, row: Row, item: int | None, given: Any, *, has_id: bool = False) -> None:
        """Say which item a row is, and name it."""
        node = row.path[-1]
        row.label = row.label or tool_called(given)
        if (sent := item_of(given)) is not None:
            item, row.label = sent
        row.item = item
        row.name = node if item is None else f"{node}[{item}]"
        if not has_id:
            place = row.name if row.parent is None else f"{row.parent.id}/{row.name}"
            row.id = self._ids.take(place)

    def _register(self, row: Row, ns: str) -> Row:
        self.rows.append(row)
        self.by_ns[ns] = self._by_task[task_id_of(ns)] = self._by_path["|".join(row.path)] = row
        if row.parent is not None:
            row.parent.has_inner_rows = True
            row.attempt_around = row.parent.attempts
            self._inside.setdefault(row.parent.id, []).append(row)
        return row


def _depth(ns: str) -> int:
    return len(path_of(ns)) if ns else 0


def _is_call(given: Any) -> bool:
    """Whether a task is a call of the functional API: it is given arguments, not a state."""
    is_pair = type(given) is tuple and len(given) == 2
    return is_pair and type(given[0]) is tuple and type(given[1]) is dict
