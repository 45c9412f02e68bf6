"""A report has at most 1 MiB, and says what was left out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.plain_json import MOST_REPORT_BYTES, json_bytes
from app.report.bounds import bounded


def a_row(number: int, status: str = "ok", **more: Any) -> dict[str, Any]:
    row = {"id": f"study[{number}]", "name": "study", "kind": "branch", "status": status}
    return {**row, "error": None, "result": {}, **more}


def a_report(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    sums = {"wall_ms": 1.5, "sum_ms": 2.5, "degraded": False}
    return {**sums, "critical_path": ["join"], "warnings": [], "branches": rows, **more}


def test_report_that_fits_is_left_as_it_is() -> None:
    report = a_report([a_row(0, result={"text": "x" * 1000})])

    assert bounded(report) == report


def test_largest_results_go_first_and_only_as_many_as_must() -> None:
    sizes = [300_000, 10, 400_000, 500_000]
    report = a_report([a_row(n, result={"text": "x" * size}) for n, size in enumerate(sizes)])

    cut = bounded(report)

    assert json_bytes(cut) <= MOST_REPORT_BYTES
    assert [row["result"] == whole["result"] for row, whole in pairs(cut, report)] == [
        True,
        True,
        True,
        False,
    ]
    assert cut["branches"][3]["result"] == {"truncated": True, "bytes": 500_011, "beginning": ""}
    assert cut["warnings"] == ["the report has at most 1 MiB: left out are 1 results"]
    assert (cut["wall_ms"], cut["sum_ms"]) == (1.5, 2.5)


def test_size_of_a_result_that_was_truncated_before_stays_its_own() -> None:
    truncated = {"truncated": True, "bytes": 7_000_000, "beginning": "x" * 2000}
    report = a_report([a_row(number, result=truncated) for number in range(1000)])

    first = bounded(report)["branches"][0]["result"]

    assert first == {"truncated": True, "bytes": 7_000_000, "beginning": ""}


def test_tries_and_error_texts_go_before_any_row() -> None:
    error = {"type": "ValueError", "message": "y" * 3000}
    rows = [a_row(n, "failed", error=error, tries=[{"error": error}]) for n in range(600)]

    cut = bounded(a_report(rows))

    assert json_bytes(cut) <= MOST_REPORT_BYTES
    assert len(cut["branches"]) == 600
    assert {len(row["tries"]) for row in cut["branches"]} == {0}
    assert min(len(row["error"]["message"]) for row in cut["branches"]) == 201
    assert "the tries of 600 rows, the end of" in cut["warnings"][0]


def test_rows_go_from_the_end_and_those_that_failed_stay() -> None:
    rows = [a_row(n, "failed" if n % 5_000 == 4_999 else "ok") for n in range(20_000)]

    cut = bounded(a_report(rows))

    assert json_bytes(cut) <= MOST_REPORT_BYTES
    ids = [row["id"] for row in cut["branches"]]
    failed = [row["id"] for row in cut["branches"] if row["status"] == "failed"]
    assert failed == ["study[4999]", "study[9999]", "study[14999]", "study[19999]"]
    assert ids == [row["id"] for row in rows if row["id"] in set(ids)]
    assert ids[:3] == ["study[0]", "study[1]", "study[2]"]
    assert f"{20_000 - len(ids)} of 20000 rows" in cut["warnings"][0]


def test_long_lists_beside_the_rows_are_shortened_too() -> None:
    missing = [{"id": f"study[{n}]", "reason": "z" * 100} for n in range(20_000)]
    warnings = [f"warning {n} {'w' * 100}" for n in range(20_000)]

    cut = bounded(a_report([a_row(0)], missing=missing, warnings=warnings))

    assert json_bytes(cut) <= MOST_REPORT_BYTES
    assert cut["missing"] == missing[: len(cut["missing"])]
    assert cut["warnings"][:-1] == warnings[: len(cut["warnings"]) - 1]
    assert f"{20_000 - len(cut['missing'])} entries of missing" in cut["warnings"][-1]


texts = st.sampled_from([10, 3_000, 60_000, 400_000]).map(lambda size: "é\n" * size)
rows = st.builds(
    a_row,
    st.integers(0, 9),
    st.sampled_from(["ok", "failed", "skipped"]),
    result=st.one_of(st.none(), texts, st.fixed_dictionaries({"a": texts})),
    error=st.one_of(st.none(), st.fixed_dictionaries({"type": texts, "message": texts})),
    label=st.one_of(st.none(), texts),
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(rows, max_size=8), st.lists(texts, max_size=4))
def test_whatever_is_in_it_a_report_has_at_most_one_mebibyte(
    some: list[dict[str, Any]], warnings: list[str]
) -> None:
    report = a_report(some, warnings=warnings)

    cut = bounded(report)

    assert json_bytes(cut) <= MOST_REPORT_BYTES
    assert (cut == report) == (json_bytes(report) <= MOST_REPORT_BYTES)


@pytest.mark.parametrize("report", [{}, {"wall_ms": 1.0}])
def test_report_of_a_run_that_never_began_is_left_alone(report: dict[str, Any]) -> None:
    assert bounded(report) == report


def pairs(cut: dict[str, Any], whole: dict[str, Any]) -> list[tuple[Any, Any]]:
    return list(zip(cut["branches"], whole["branches"], strict=True))
