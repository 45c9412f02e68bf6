"""What working side by side saved, measured and computed."""

from typing import Any

from rich.console import Console

from app.cli.view.comparison import draw_comparison


def drawn(side_by_side: dict[str, Any], one_at_a_time: dict[str, Any]) -> str:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(draw_comparison(side_by_side, one_at_a_time))
    return capture.get()


def row(name: str, status: str = "ok", attempts: int = 1) -> dict[str, Any]:
    return {"name": name, "status": status, "attempts": attempts}


def test_what_is_measured_stands_beside_what_is_computed() -> None:
    text = drawn({"wall_ms": 1000, "sum_ms": 2900}, {"wall_ms": 3000})

    assert "one at a time  3.0 s measured, 2.9 s computed" in text
    assert "side by side   1.0 s: 3.00x measured, 2.90x computed" in text
    assert "the same work" not in text


def test_a_figure_that_is_not_known_is_left_out() -> None:
    assert "computed" not in drawn({"wall_ms": 1000}, {"wall_ms": 3000})
    assert "measured" not in drawn({"wall_ms": 1000, "sum_ms": 2000}, {})


def test_runs_that_did_other_work_are_said_to() -> None:
    text = drawn(
        {"wall_ms": 1000, "branches": [row("a"), row("b", "cancelled")]},
        {"wall_ms": 3000, "branches": [row("a", attempts=2)]},
    )

    assert "the two runs did not do the same work" in text


def test_what_was_cancelled_or_skipped_is_no_other_work() -> None:
    text = drawn(
        {"wall_ms": 1000, "branches": [row("a"), row("b", "cancelled")]},
        {"wall_ms": 3000, "branches": [row("a"), row("c", "skipped", 0)]},
    )

    assert "the same work" not in text
