"""A report in full, as a summary, or not at all."""

from app.report.detail import in_detail, problem_in_detail

OK = {"id": "a", "status": "ok", "result": {"text": "long"}}
FAILED = {"id": "b", "status": "failed", "result": None}
FELL_BACK = {"id": "c", "status": "degraded", "result": {}}
REPORT = {
    "wall_ms": 2.0,
    "critical_path": ["a", "join"],
    "missing": [{"id": "b"}],
    "warnings": ["w"],
    "branches": [OK, FAILED, FELL_BACK],
}


def test_summary_leaves_out_the_rows_of_what_went_well() -> None:
    assert in_detail(REPORT, "summary") == {**REPORT, "branches": [FAILED, FELL_BACK]}


def test_full_is_all_of_it_and_none_is_null() -> None:
    assert in_detail(REPORT, "full") == REPORT
    assert in_detail(REPORT, "none") is None


def test_problem_has_its_report_in_that_detail_and_one_without_a_report_gets_none() -> None:
    assert problem_in_detail({"status": 502, "report": REPORT}, "none") == {
        "status": 502,
        "report": None,
    }
    assert problem_in_detail({"status": 429}, "none") == {"status": 429}
