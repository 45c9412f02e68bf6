"""The rows of odd graphs say what happened: held against a record that is not the service's own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from app.main import create_app
from tests.app.execution.test_runner import events_of, rows_of
from tests.app.report import odd_graphs
from tests.app.report.as_heard import assert_as_heard
from tests.app.report.heard import HEARD
from tests.conftest import settings_in

INPUTS: dict[str, dict[str, Any]] = {
    "to_parent": {"topic": "x"},
    "cached": {"items": ["c", "a", "d", "b"]},
    "handled": {"topic": "x"},
    "handled_inside": {"topic": "x"},
    "retried": {"topic": "x"},
    "gathered": {"items": ["a", "b"]},
    "named": {"topic": "x"},
    "stateful": {"notes": ["x"]},
    "race": {"topic": "x"},
    "routed": {"topic": "left"},
    "routed_inside": {"topic": "right"},
    "cut_inside": {"topic": "x"},
    "first_item": {"items": ["quick", "slow", "never", "never"]},
    "listed": {"items": ["ok", "fail", "inner"]},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all."""
    folder = tmp_path_factory.mktemp("odd")
    registry = folder / "langgraph.json"
    graphs = {name: f"{odd_graphs.__file__}:{name}" for name in INPUTS}
    registry.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    settings = settings_in(folder).model_copy(update={"graphs_file": registry})
    with TestClient(create_app(settings)) as client:
        yield client


def stream(client: TestClient, name: str, **given: Any) -> tuple[dict[str, Any], list[Any]]:
    """Return the report of a run, and the events before it."""
    body = {"input": given or INPUTS[name]}
    events = events_of(client.post(f"/graphs/{name}/stream", json=body))
    return next(data for event, data in events if event == "report"), events


@pytest.mark.parametrize("name", INPUTS)
def test_rows_and_events_of_each_graph_are_as_a_callback_heard_them(
    client: TestClient, name: str
) -> None:
    HEARD.forget()

    report, events = stream(client, name)

    assert_as_heard(report, events, HEARD)


def test_events_tell_a_rows_place_from_the_first_to_the_last(client: TestClient) -> None:
    for name in INPUTS:
        report, events = stream(client, name)

        rows = rows_of(report)
        order = ["branch_queued", "branch_started", "branch_finished"]
        for row_id, row in rows.items():
            about = [(event, data) for event, data in events if data.get("id") == row_id]
            names = [event for event, _ in about if event in order]
            began = row["status"] != "cancelled" or row["tries"]
            expected = [one for one in order if one != "branch_started" or began]
            assert row["kind"] == "join" or names == expected, (name, row_id)
            for event, data in about:
                if event not in ("branch_attempt", "join_finished"):
                    place = ("name", "parent", "item", "label")
                    assert [data[key] for key in place] == [row[key] for key in place], event


def test_start_of_an_item_is_told_when_it_has_its_slot(client: TestClient) -> None:
    report, events = stream(client, "listed", items=["slow"] * 5)

    rows = rows_of(report)
    started = {data["id"]: data for event, data in events if event == "branch_started"}
    for row_id in (f"study[{index}]" for index in range(5)):
        at = ("started_ms", "queued_ms")
        assert [started[row_id][key] for key in at] == [rows[row_id][key] for key in at]
    assert max(rows[f"study[{index}]"]["queued_ms"] for index in range(5)) > 20


def test_an_item_that_never_had_its_slot_only_waited(client: TestClient) -> None:
    report, events = stream(client, "first_item")

    rows = rows_of(report)
    started = [data["id"] for event, data in events if event == "branch_started"]
    assert started == ["one_of[0]", "one_of[1]"]
    for row_id in ("one_of[2]", "one_of[3]"):
        row = rows[row_id]
        assert (row["status"], row["attempts"], row["tries"]) == ("cancelled", 0, [])
        assert row["duration_ms"] == 0
        assert row["queued_ms"] >= 15
    assert report["cancelled_ms"] == pytest.approx(rows["one_of[1]"]["duration_ms"], abs=0.2)


@pytest.mark.parametrize(("name", "outer"), [("routed", ""), ("routed_inside", "team/")])
def test_an_edge_from_start_that_asks_a_model_has_a_row(
    client: TestClient, name: str, outer: str
) -> None:
    report, _ = stream(client, name)
    bad, events = stream(client, name, topic="up")

    row = rows_of(report)[f"{outer}__start__"]
    assert (row["status"], row["kind"], row["attempts"]) == ("ok", "node", 1)
    assert row["tokens"] == report["tokens"] == {"input": 3, "output": 2}
    assert f"{outer}__start__" in report["critical_path"]
    failed = rows_of(bad)[f"{outer}__start__"]
    assert (failed["status"], failed["error"]["type"]) == ("failed", "ValueError")
    assert bad["critical_path"][-1] == f"{outer}__start__"
    end = events[-1][1]
    assert (end["status"], end["error"]["branch"]) == ("error", f"{outer}__start__")


def test_a_node_that_its_sibling_cut_off_in_a_sub_graph_is_cancelled_and_has_not_failed(
    client: TestClient,
) -> None:
    report, _ = stream(client, "cut_inside")

    rows = rows_of(report)
    assert {row_id: row["status"] for row_id, row in rows.items()} == {
        "team": "ok",
        "team/refusing": "failed",
        "team/patient": "cancelled",
        "team/refusing#2": "ok",
        "team/patient#2": "ok",
    }
    assert rows["team/patient"]["error"] is None
    assert "team/patient" not in report["critical_path"]
    assert report["cancelled_ms"] == pytest.approx(rows["team/patient"]["duration_ms"], abs=0.2)


def test_a_node_that_hands_over_to_the_graph_around_it_is_ok_with_its_result(
    client: TestClient,
) -> None:
    report, _ = stream(client, "to_parent")

    rows = rows_of(report)
    assert [rows[name]["status"] for name in ("team", "team/first", "team/hand")] == ["ok"] * 3
    assert rows["team/hand"]["result"] == {"notes": ["hand"]}
    assert rows["team/hand"]["parent"] == "team"
    assert report["critical_path"][-1] == "after"


@pytest.mark.parametrize("thread", [{}, {"thread_id": "t"}], ids=["no thread", "thread"])
def test_rows_of_sub_graphs_that_keep_their_state_stand_under_their_branch(
    client: TestClient, thread: dict[str, str]
) -> None:
    for _ in range(2):
        body = {"input": INPUTS["stateful"], **thread}
        report = client.post("/graphs/stateful/invoke", json=body).json()["report"]

        rows = rows_of(report)
        assert {row_id: row["parent"] for row_id, row in rows.items()} == {
            "team": None,
            "team/deep": "team",
            "team/deep/one": "team/deep",
            "team/deep/two": "team/deep",
            "team/after": "team",
            "solo": None,
            "solo/one": "solo",
            "end": None,
        }


def test_items_that_langgraph_had_in_its_cache_have_their_own_results(client: TestClient) -> None:
    stream(client, "cached", items=["p", "q"])

    report, _ = stream(client, "cached", items=["r", "p", "s", "q"])

    rows = [row for row in report["branches"] if row["item"] is not None]
    assert [(row["id"], row["status"], row["result"]["notes"]) for row in rows] == [
        ("work[0]", "ok", ["R"]),
        ("work[1]", "cached", ["P"]),
        ("work[2]", "ok", ["S"]),
        ("work[3]", "cached", ["Q"]),
    ]
    assert all(row["started_ms"] > 0 and row["duration_ms"] == 0 for row in rows[1::2])


def test_an_error_handler_is_one_row_and_follows_its_node_on_the_critical_path(
    client: TestClient,
) -> None:
    report, _ = stream(client, "handled")

    rows = rows_of(report)
    assert set(rows) == {"bad", "good", "last", "__error_handler__bad"}
    assert (rows["bad"]["status"], rows["__error_handler__bad"]["status"]) == ("failed", "ok")
    assert report["critical_path"][-3:] == ["bad", "__error_handler__bad", "last"]
    reasons = [(one["id"], one["reason"]) for one in report["missing"]]
    assert reasons == [("bad", "ValueError: no such topic")]


def test_a_failure_that_is_handled_degrades_the_run_in_a_sub_graph_too(client: TestClient) -> None:
    for name, row_id in (("handled", "bad"), ("handled_inside", "team/bad")):
        report, _ = stream(client, name)

        assert report["degraded"], name
        assert [one["id"] for one in report["missing"]] == [row_id]


def test_each_try_of_langgraphs_own_retries_has_its_error(client: TestClient) -> None:
    report, events = stream(client, "retried")

    row = rows_of(report)["flaky"]
    errors = [one["error"] and one["error"]["message"] for one in row["tries"]]
    assert errors == ["no 1", "no 2", None]
    assert row["result"] == {"notes": [["a"], ["b"]]}
    attempts = [data for event, data in events if event == "branch_attempt"]
    assert [one["error"]["message"] for one in attempts] == ["no 1", "no 2"]


def test_graphs_gathered_in_one_node_count_as_work_side_by_side(client: TestClient) -> None:
    report, _ = stream(client, "gathered")

    rows = rows_of(report)
    assert set(rows) == {"gather", "gather/work", "gather/work#2", "gather/work#3"}
    assert report["speedup"] == pytest.approx(report["sum_ms"] / report["wall_ms"], abs=0.02)
    assert report["critical_path"][0] == "gather"
    assert report["critical_path"][-1] == "gather/work#3"
    assert len(report["critical_path"]) == 3


def test_ids_are_unique_whatever_nodes_are_called(client: TestClient) -> None:
    report, _ = stream(client, "named")

    assert sorted(rows_of(report)) == sorted(
        ["a", "a#2", "a[0]", "x/y", "x", "x/y#2", "a[0]#2", "a[1]"]
    )
    assert [row["item"] for row in report["branches"]][-2:] == [0, 1]


def test_the_loser_of_a_race_is_neither_on_the_critical_path_nor_work_of_use(
    client: TestClient,
) -> None:
    report, _ = stream(client, "race")

    rows = rows_of(report)
    assert report["critical_path"] == ["quick", "finish"]
    assert report["missing"] == []
    assert report["cancelled_ms"] == pytest.approx(rows["slow"]["duration_ms"], abs=0.2)
    assert report["sum_ms"] == pytest.approx(
        rows["quick"]["duration_ms"] + rows["finish"]["duration_ms"], abs=0.2
    )


EXPECTED = {"ok": "ok", "fail": "failed", "inner": "ok"}


@bounds(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(words=st.lists(st.sampled_from(["ok", "fail", "inner"]), max_size=6))
def test_the_report_of_any_fan_out_adds_up(client: TestClient, words: list[str]) -> None:
    report, _ = stream(client, "listed", items=words)

    rows = rows_of(report)
    items = [row for row in rows.values() if row["item"] is not None]
    assert [(row["id"], row["label"]) for row in items] == [
        (f"study[{index}]", word.title()) for index, word in enumerate(words)
    ]
    assert [row["status"] for row in items] == [EXPECTED[word] for word in words]
    inner = [row for row in rows.values() if row["parent"] is not None]
    assert len(inner) == words.count("inner")
    failed = [f"study[{index}]" for index, word in enumerate(words) if word == "fail"]
    assert [one["id"] for one in report["missing"]] == failed
    path = report["critical_path"]
    assert path[-1] == "collect"
    assert path[0] in {row["id"] for row in items} or not words
    assert all(rows[row_id]["status"] not in ("cancelled", "skipped") for row_id in path)
    works = sum(row["duration_ms"] for row in rows.values() if row["status"] != "skipped")
    doubled = sum(row["duration_ms"] for row in inner)
    assert report["sum_ms"] <= works + 1
    assert report["sum_ms"] >= works - doubled - 1 - len(rows)
