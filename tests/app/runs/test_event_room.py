"""The ends of branches say at most 1 MiB in all, apart from their figures."""

from typing import Any

from app.plain_json import MOST_REPORT_BYTES, json_bytes
from app.runs.events import EventLog


def an_end(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"study[{number}]", "ns": f"study:{number}", "error": None, "result": {}, **more}


def test_small_results_are_all_there() -> None:
    log = EventLog()
    ends = [an_end(number, result={"text": "x" * 1000}) for number in range(50)]
    for end in ends:
        log.append("branch_finished", end)

    assert [event.data for event in log.after(0)] == ends
    assert log.shortened == 0


def test_results_past_one_mebibyte_are_left_out_and_counted() -> None:
    log = EventLog()
    error = {"type": "ValueError", "message": "y" * 1000}
    large = {"text": "x" * 60_000}
    for number in range(250):
        log.append("branch_finished", an_end(number, result=large, error=error, tries=[error]))

    data = [event.data for event in log.after(0)]

    assert [one["id"] for one in data] == [f"study[{number}]" for number in range(250)]
    assert json_bytes(data) < MOST_REPORT_BYTES + 250 * 500
    assert data[0]["result"] == large
    assert data[-1]["result"] == {"truncated": True, "bytes": 60_011, "beginning": ""}
    assert (data[-1]["tries"], len(data[-1]["error"]["message"])) == ([], 201)
    assert log.shortened == sum(one["result"] != large for one in data) > 200


def test_large_result_leaves_room_for_small_ones_after_it() -> None:
    log = EventLog()
    log.append("branch_finished", an_end(0, result="x" * 1_000_000))
    log.append("branch_finished", an_end(1, result="x" * 100_000))
    log.append("branch_finished", an_end(2, result="small"))

    assert [event.data["result"] == "small" for event in log.after(0)] == [False, False, True]
    assert log.shortened == 1


def test_tokens_do_not_count() -> None:
    log = EventLog()
    log.append("token", {"text": "x" * 2_000_000})
    log.append("branch_finished", an_end(0, result="whole"))

    assert log.after(1)[0].data["result"] == "whole"
