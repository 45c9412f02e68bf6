"""RFC 9457 problem bodies in words."""

from typing import Any

from app.cli.view.measures import one_line


def describe_problem(problem: dict[str, Any]) -> str:
    """Say what went wrong, naming the branch and, for a refused input, each wrong place."""
    errors = problem.get("errors")
    wrong = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    if wrong:
        title = one_line(str(problem.get("title") or "The input is wrong"))
        places = [one_line(f"{error.get('place')}: {error.get('message')}") for error in wrong]
        return "\n  ".join([f"{title}:", *places])
    parts = (problem.get("branch"), problem.get("error_type"), problem.get("detail"))
    text = ": ".join(one_line(str(part)) for part in parts if part)
    return text or one_line(str(problem.get("title") or "the run failed"))
