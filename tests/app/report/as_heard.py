"""Holds a report and its events against the record of the tests' own callback."""

from collections import Counter, defaultdict
from typing import Any

from langgraph.graph import START

from tests.app.report.heard import Execution, Heard

Rows = dict[str, dict[str, Any]]

_ROUNDING_MS = 0.3

_MEANS = {
    "returned": "ok",
    "ParentCommand": "ok",
    "GraphInterrupt": "interrupted",
    "CancelledError": "cancelled",
}


def assert_as_heard(report: dict[str, Any], events: list[Any], heard: Heard) -> None:
    """Every row and event is of something that was heard, and all that was heard has its row."""
    rows: Rows = {row["id"]: row for row in report["branches"]}
    assert events[-1][1]["status"] in ("success", "interrupted")
    assert len(rows) == len(report["branches"])
    ended = [data["id"] for event, data in events if event.endswith("_finished")]
    assert sorted(ended) == sorted(rows)
    for row in rows.values():
        assert row["parent"] is None or row["id"].startswith(f"{row['parent']}/")
        assert row["parent"] in {None, *rows}
        assert not row["tries"] or row["attempts"] == row["tries"][-1]["attempt"]
    assert set(report["critical_path"]) <= set(rows)
    assert _executions_announced(rows) == Counter(
        (one.path, _MEANS.get(one.how, "failed")) for one in heard.executions.values()
    )
    _assert_tokens_as_heard(report, rows, heard)
    _assert_times_as_heard(rows, heard)


def place_of(row: dict[str, Any], rows: Rows) -> tuple[str, ...]:
    """Return the names of the nodes that lead to a row, by what it says of its parents."""
    own = row["name"] if row["item"] is None else row["name"].removesuffix(f"[{row['item']}]")
    return (own,) if row["parent"] is None else (*place_of(rows[row["parent"]], rows), own)


def _executions_announced(rows: Rows) -> Counter[tuple[tuple[str, ...], str]]:
    """Count what the rows say of executions: the kit's attempts are one, and never raise."""
    announced: Counter[tuple[tuple[str, ...], str]] = Counter()
    for row in rows.values():
        place = place_of(row, rows)
        if place[-1] == START:
            continue
        if row["required"] is not None:
            announced[place, "interrupted" if row["status"] == "interrupted" else "ok"] += 1
            continue
        *before, last = [*row["tries"]] or [None]
        announced.update([(place, "failed")] * len(before))
        if last is not None:
            announced[place, "failed" if row["status"] == "timeout" else row["status"]] += 1
    return announced


def _assert_tokens_as_heard(report: dict[str, Any], rows: Rows, heard: Heard) -> None:
    """What models used is counted where they were asked, once, and in every row around that."""
    own: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.values():
        inner = [one["tokens"] for one in rows.values() if one["parent"] == row["id"]]
        for index, kind in enumerate(("input", "output")):
            used = row["tokens"][kind] - sum(one[kind] for one in inner)
            own[place_of(row, rows)][index] += used
    assert {place: used for place, used in own.items() if any(used)} == {
        place: used for place, used in heard.tokens.items() if any(used)
    }
    sums = [sum(used[index] for used in heard.tokens.values()) for index in (0, 1)]
    assert report["tokens"] == {"input": sums[0], "output": sums[1]}


def _assert_times_as_heard(rows: Rows, heard: Heard) -> None:
    """One moment must be the run's start by all rows: work begins and ends when it was heard to.

    Waiting moves a start to later, never behind the end. No limit here is of a machine's speed.
    """
    executions: dict[tuple[str, ...], list[Execution]] = defaultdict(list)
    for one in heard.executions.values():
        executions[one.path].append(one)
    earliest, latest = [heard.forgot * 1000], [heard.began * 1000]
    for row in rows.values():
        match executions[place_of(row, rows)]:
            case [Execution(began=began, ended=float(ended))]:
                end = row["started_ms"] + row["queued_ms"] + row["duration_ms"]
                earliest += [began * 1000 - row["started_ms"], ended * 1000 - end]
                latest.append(ended * 1000 - row["started_ms"])
    assert max(earliest) <= min(latest) + _ROUNDING_MS
