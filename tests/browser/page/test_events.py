"""`events.js` by itself, in Chromium: what becomes of a run whose events are told to it."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.page.visit import visiting
from tests.live_server import LiveServer

pytestmark = pytest.mark.browser

TELL = """async (events) => {
  const { newRun, apply } = await import("./page/events.js");
  const run = newRun();
  for (const [type, data] of events) apply(run, type, data);
  return [...run.rows.values()];
}"""

BEGIN = ("run_started", {"branches": ["a", "b"], "joins": ["join"], "attempt": 1})


def started(row_id: str, **more: Any) -> tuple[str, dict[str, Any]]:
    known = {"id": row_id, "name": row_id, "kind": "branch", "parent": None, "started_ms": 1}
    return "branch_started", {**known, "queued_ms": 0, "attempt": 1, **more}


@pytest.fixture(scope="module")
def tell(browser: Browser, service: LiveServer) -> Any:
    """Return what turns events into the rows of a run, by their ids."""
    with visiting(browser, service.url, bypass_csp=True) as visit:
        visit.go()

        def rows(*events: tuple[str, dict[str, Any]]) -> dict[str, Any]:
            listed = visit.page.evaluate(TELL, [list(event) for event in events])
            return {row["id"]: row for row in listed}

        yield rows


def test_rows_without_an_end_of_their_own_end_with_the_run(tell: Any) -> None:
    rows = tell(BEGIN, started("a"), ("end", {"status": "cancelled"}))

    assert {name: row["status"] for name, row in rows.items()} == {
        "a": "cancelled",
        "b": "skipped",
        "join": "skipped",
    }


def test_a_run_that_asks_leaves_what_has_not_started_waiting(tell: Any) -> None:
    rows = tell(BEGIN, ("end", {"status": "interrupted"}))

    assert {row["status"] for row in rows.values()} == {"waiting"}


def test_a_restart_starts_what_worked_again_and_keeps_what_ended(tell: Any) -> None:
    done = ("branch_finished", {"id": "a", "status": "ok", "duration_ms": 2})
    again = ("run_started", {**BEGIN[1], "attempt": 2})

    rows = tell(BEGIN, started("a"), done, started("b"), again)

    assert (rows["a"]["status"], rows["b"]["status"]) == ("ok", "waiting")
    assert tell(BEGIN, started("b"), again, started("b"))["b"]["status"] == "running"


def test_items_take_the_place_of_the_branch_they_are_of(tell: Any) -> None:
    rows = tell(BEGIN, started("a[0]"), started("a[1]"), started("a[0]/inner", parent="a[0]"))

    assert list(rows) == ["b", "join", "a[0]", "a[1]", "a[0]/inner"]
    assert rows["a[0]/inner"]["path"] == "a/inner"
    assert (rows["a[0]"]["around"], rows["a[0]/inner"]["depth"]) == (True, 1)


def test_words_of_an_earlier_attempt_are_replaced(tell: Any) -> None:
    def said(attempt: int, text: str) -> tuple[str, dict[str, Any]]:
        return "token", {"branch": "a", "attempt": attempt, "text": text}

    retry = ("branch_attempt", {"id": "a", "attempt": 2, "started_ms": 9, "error": {"type": "E"}})
    rows = tell(BEGIN, started("a"), said(1, "wrong"), retry, said(2, "ri"), said(2, "ght"))

    assert rows["a"]["text"] == "right"
    assert [one["attempt"] for one in rows["a"]["tries"]] == [1]
