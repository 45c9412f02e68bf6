"""Bounds a report in bytes as a whole: stored and sent, it has at most 1 MiB.

What goes first is what is most easily read elsewhere, and each step ends as soon as the rest fits:

    1. results, the largest first
    2. the tries of rows and the texts of errors, the largest first
    3. long lists: warnings, what is missing, the critical path
    4. rows from the end; those that failed stay as long as there is room for them

A warning counts what was left out. Figures and sums are those of the whole run.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.plain_json import MOST_REPORT_BYTES, json_bytes, left_out, shortened
from app.report.rows import BAD

_LONGEST_ERROR = 200
"""In characters, of an error's text where the whole ones have no room."""

_MOST_LIST_BYTES = 64 * 1024
"""Of each list beside the rows, where the whole ones have no room."""

_ROOM_FOR_WARNING = 1024

_LISTS = ("missing", "critical_path", "warnings")


def bounded(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report of at most 1 MiB: the same one, unless it is larger."""
    size = json_bytes(report)
    if size <= MOST_REPORT_BYTES:
        return dict(report)
    cut = _Cut(report, size)
    cut.shrink("result", left_out, "{} results")
    cut.shrink("tries", lambda _: [], "the tries of {} rows")
    cut.shrink("error", _shorter, "the end of {} error texts")
    for name in _LISTS:
        cut.shorten(name)
    cut.drop_rows()
    return cut.report()


class _Cut:
    """A report while parts are taken out of it, until it fits."""

    def __init__(self, report: Mapping[str, Any], size: int) -> None:
        self._report = dict(report)
        self._rows = [dict(row) for row in report.get("branches", [])]
        self._over = size + _ROOM_FOR_WARNING - MOST_REPORT_BYTES
        """How many bytes are still too many."""

        self._said: list[str] = []

    def shrink(self, key: str, smaller: Callable[[Any], Any], said: str) -> None:
        """Replace what rows have under a key by something smaller, the largest first."""
        sizes = [json_bytes(row[key]) if row.get(key) else 0 for row in self._rows]
        times = 0
        for number in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
            if self._over <= 0 or sizes[number] == 0:
                break
            row = self._rows[number]
            instead = smaller(row[key])
            saved = sizes[number] - json_bytes(instead)
            if saved > 0:
                row[key], times = instead, times + 1
                self._over -= saved
        self._say(times, said.format(times))

    def shorten(self, name: str) -> None:
        """Leave of a list what has room for its first entries."""
        entries = self._report.get(name) or []
        if self._over <= 0 or not entries:
            return
        left = _first(entries, _MOST_LIST_BYTES)
        self._over -= json_bytes(entries) - json_bytes(left)
        self._report[name] = left
        shown = name.replace("_", " ")
        self._say(len(entries) - len(left), f"{len(entries) - len(left)} entries of {shown}")

    def drop_rows(self) -> None:
        """Leave the rows that have room: those that failed, then the others, in their order."""
        if self._over <= 0:
            return
        room = json_bytes(self._rows) - self._over
        in_turn = sorted(enumerate(self._rows), key=lambda one: one[1].get("status") not in BAD)
        left = _first(in_turn, room, of=lambda one: one[1])
        number = len(self._rows) - len(left)
        self._say(number, f"{number} of {len(self._rows)} rows")
        self._rows = [row for _, row in sorted(left, key=lambda one: one[0])]

    def report(self) -> dict[str, Any]:
        mebibytes = MOST_REPORT_BYTES // (1024 * 1024)
        warning = f"the report has at most {mebibytes} MiB: left out are {', '.join(self._said)}"
        warnings = [*self._report.get("warnings", []), warning]
        return {**self._report, "warnings": warnings, "branches": self._rows}

    def _say(self, number: int, said: str) -> None:
        if number > 0:
            self._said.append(said)


def _first(entries: list[Any], room: int, of: Callable[[Any], Any] = lambda entry: entry) -> Any:
    """Return the entries before the first for which there is no room."""
    for number, entry in enumerate(entries):
        room -= json_bytes(of(entry)) + 1
        if room < 2:  # the list's brackets
            return entries[:number]
    return entries


def _shorter(error: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: value for key, value in error.items() if isinstance(value, str)}
    return {**error, **{key: shortened(text, _LONGEST_ERROR) for key, text in texts.items()}}
