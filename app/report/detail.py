"""How much of a report an answer shows."""

from collections.abc import Mapping
from typing import Any, Literal

from app.report.rows import BAD

Detail = Literal["full", "summary", "none"]


def in_detail(report: Mapping[str, Any] | None, detail: Detail) -> dict[str, Any] | None:
    """Return a report whole, without the rows of what went well, or not at all."""
    if report is None or detail == "none":
        return None
    if detail == "full":
        return dict(report)
    rows = report.get("branches", [])
    return {**report, "branches": [row for row in rows if row["status"] in BAD]}


def problem_in_detail(problem: dict[str, Any], detail: Detail) -> dict[str, Any]:
    """Return a problem body whose report, if it has one, is in that detail."""
    if "report" not in problem:
        return problem
    return {**problem, "report": in_detail(problem["report"], detail)}
