"""Runs as a service tells them: lists of events that follow the HTTP contract."""

from typing import Any

Script = list[tuple[str, dict[str, Any]]]

OUTPUT = {
    "topic": "tidal power",
    "questions": ["How high?", "How often?"],
    "brief": "Sea, sun, moon.",
}


def row(row_id: str, status: str = "ok", *, kind: str = "branch", **facts: Any) -> dict[str, Any]:
    """A row of the branch report."""
    return {
        "id": row_id,
        "name": row_id.rpartition("/")[2].partition("#")[0],
        "kind": kind,
        "status": status,
        "attempts": 1,
        "queued_ms": 0.0,
        "started_ms": 0.0,
        "duration_ms": 1000.0,
        "tokens": None,
        "cost_usd": None,
        "error": None,
        "result": {},
        **facts,
    }


def report(rows: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    return {
        "wall_ms": 8700.0,
        "sum_ms": 15850.0,
        "speedup": 1.82,
        "critical_path": ["questions", "synthesize"],
        "degraded": False,
        "warnings": [],
        "tokens": None,
        "cost_usd": None,
        "branches": rows,
        **facts,
    }


def end(status: str = "success", **facts: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"degraded": False, "error": None, "interrupts": [], "next": []}
    return {"status": status, **plain, **facts}


def started(*, branches: list[str], joins: list[str]) -> dict[str, Any]:
    return {
        "run_id": "r1",
        "graph_id": "topic_brief",
        "thread_id": None,
        "branches": branches,
        "joins": joins,
    }


def start(row_id: str, *, kind: str = "branch", started_ms: float = 0.0) -> dict[str, Any]:
    first = row(row_id, kind=kind, started_ms=started_ms)
    return {key: first[key] for key in ("id", "name", "kind", "started_ms", "queued_ms")} | {
        "attempt": 1
    }


def successful_run() -> Script:
    """Three branches side by side and their join."""
    summary = row("summary", duration_ms=4200.0, tokens={"input": 201, "output": 96})
    questions = row("questions", duration_ms=6100.0, attempts=2)
    key_terms = row("key_terms", duration_ms=3050.0)
    join = row("synthesize", kind="join", started_ms=6110.0, duration_ms=2500.0)
    return [
        (
            "run_started",
            started(branches=["summary", "questions", "key_terms"], joins=["synthesize"]),
        ),
        *[("branch_started", start(branch)) for branch in ("questions", "summary", "key_terms")],
        ("token", {"branch": "summary", "attempt": 1, "text": "Tides rise "}),
        ("token", {"branch": "summary", "attempt": 1, "text": "and fall."}),
        ("branch_finished", key_terms),
        ("branch_finished", summary),
        ("branch_finished", questions),
        ("join_started", start("synthesize", kind="join", started_ms=6110.0)),
        ("output", {"output": OUTPUT}),
        (
            "report",
            report(
                [questions, summary, key_terms, join],
                tokens={"input": 871, "output": 386},
                cost_usd=0.00033,
            ),
        ),
        ("end", end()),
    ]


def degraded_run() -> Script:
    """An optional branch fails; the join answers without it."""
    error = {"type": "RateLimitError", "message": "quota is used up"}
    summary, broken = row("summary"), row("key_terms", "failed", attempts=3, error=error)
    join = row("synthesize", kind="join", started_ms=1000.0)
    return [
        ("run_started", started(branches=["summary", "key_terms"], joins=["synthesize"])),
        ("branch_started", start("summary")),
        ("branch_started", start("key_terms")),
        ("branch_finished", broken),
        ("branch_finished", summary),
        ("join_started", start("synthesize", kind="join", started_ms=1000.0)),
        ("output", {"output": OUTPUT}),
        ("report", report([summary, broken, join], degraded=True, warnings=["no price is set"])),
        ("end", end(degraded=True)),
    ]


def failed_run() -> Script:
    """A required branch fails; its sibling is cut off and the join never runs."""
    broken = row(
        "summary", "failed", error={"type": "AuthenticationError", "message": "the key is refused"}
    )
    cut_off = row("questions", "cancelled")
    problem = {
        "type": "urn:fanjoin:run-failed",
        "title": "A branch, the join or a node failed",
        "status": 502,
        "detail": "the key is refused",
        "branch": "summary",
        "error_type": "AuthenticationError",
    }
    return [
        ("run_started", started(branches=["summary", "questions"], joins=["synthesize"])),
        ("branch_started", start("summary")),
        ("branch_started", start("questions")),
        ("branch_finished", broken),
        ("branch_finished", cut_off),
        ("report", report([broken, cut_off])),
        ("end", end("error", error=problem)),
    ]


def plain_run() -> Script:
    """A graph with no fan-out: one node after another."""
    plan = row("plan", kind="node", duration_ms=500.0)
    write = row("write", kind="node", started_ms=500.0, duration_ms=700.0)
    return [
        ("run_started", started(branches=[], joins=[])),
        ("branch_started", start("plan", kind="node")),
        ("branch_finished", plan),
        ("branch_started", start("write", kind="node", started_ms=500.0)),
        ("branch_finished", write),
        ("output", {"output": {"text": "Done."}}),
        ("report", report([plan, write], speedup=1.0, critical_path=["plan", "write"])),
        ("end", end()),
    ]
