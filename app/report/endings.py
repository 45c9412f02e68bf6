"""How rows end: with a result, from a cache, left behind, or cut off."""

from typing import Any

from app.graphs.wire import own_writes
from app.report.cache_hits import CacheHits
from app.report.reuse import ReusableWrites
from app.report.row_book import RowBook
from app.report.row_events import RowEvents
from app.report.rows import Row, Status, result_of


class Endings:
    """Ends the rows of a run, each once; moments are milliseconds from the run's start."""

    def __init__(self, book: RowBook, events: RowEvents) -> None:
        self._book = book
        self._events = events
        self.hits = CacheHits()
        self.reusable = ReusableWrites()

    def finish(self, row: Row, writes: Any, now: float, status: Status) -> None:
        """End a row of which LangGraph says what it wrote; the kit may have told its status."""
        row.ended = now
        row.started = now if status == "cached" else row.started  # it took no time
        self._book.steps.current(row.namespace).is_over = True
        own = own_writes(writes)
        row.result = result_of(own)
        row.status = row.status or status
        self.reusable.add(row, own, row.around())
        self.end(row, now)

    def find_in_cache(self, namespace: str, node: str, writes: Any, now: float) -> None:
        """LangGraph had this result in its cache: end its row as soon as it is certain which."""
        if self.hits.add(namespace, node, writes, now):
            self.finish_cached(namespace)

    def finish_cached(self, namespace: str) -> None:
        """End the rows of a step that LangGraph had in its cache."""
        for row, writes, known in self.hits.match(namespace):
            self.finish(row, writes, known, "cached")

    def close_inside(self, outer: Row, now: float, *, has_ended: bool) -> None:
        """End what is still open in a row that is over."""
        for row in reversed(self._book.inside(outer)):
            if row.ended is None:
                self.close_inside(row, now, has_ended=has_ended)
                ended = outer.tries.ended(row.attempt_around) or now
                self.close(row, ended, has_ended=has_ended)

    def close(self, row: Row, now: float, *, has_ended: bool, is_paused: bool = False) -> None:
        """End a row whose task has no end: it left its graph, was cached, or was cut off."""
        self.finish_cached(row.ns.rpartition("|")[0])
        if row.ended is not None:
            return
        if row.handed is not None:
            ended, update = row.handed
            self.finish(row, update, ended, "ok")
            return
        without_end = row.status_without_end(has_ended=has_ended, is_paused=is_paused)
        row.status, row.ended = row.status or without_end, now
        self.end(row, now)

    def end(self, row: Row, now: float) -> None:
        """Count a row's usage in the row it ran inside, and emit its end."""
        row.forget_waiting(row.ended or now)
        row.tries.end(row.ended or now, row.error)
        if row.parent is not None:
            row.parent.usage.add(row.usage)
        if row.status == "cached":
            self._events.started(row)
        self._events.ended(row)
