"""Token events are joined for a moment, and nothing overtakes anything."""

from typing import Any

import pytest

from app.runs.events import Event, EventLog
from tests.app import loop_clock

pytestmark = pytest.mark.anyio


def write(log: EventLog, text: str, message: str = "m", branch: str = "b", **more: Any) -> None:
    place = {"branch": branch, "attempt": more.get("attempt", 1)}
    log.append_text(more.get("type", "token"), place, text, message)


def said(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.type, event.data.get("text", "")) for event in events]


async def test_pieces_of_one_message_are_one_event_once_the_first_has_waited() -> None:
    log = EventLog()
    for piece in ("Tides ", "rise ", "and fall."):
        write(log, piece)
    before = log.after(0)

    loop_clock.skip(seconds=1)
    event = await anext(log.follow())

    assert before == []
    assert event.data == {"branch": "b", "attempt": 1, "text": "Tides rise and fall."}
    assert log.last == 1


async def test_pieces_of_messages_branches_types_and_attempts_stay_apart() -> None:
    log = EventLog()
    write(log, "1", message="first")
    write(log, "2", message="second")
    write(log, "3", message="third", branch="c")
    write(log, "4", message="first", type="reasoning")
    write(log, "5", message="second", attempt=2)
    write(log, "6", message="first", type="reasoning")

    log.append("custom", {})

    texts = said(log.after(0))
    assert ("token", "1") in texts
    assert ("reasoning", "46") in texts
    assert {text for _, text in texts} == {"1", "2", "3", "46", "5", ""}
    assert texts.index(("token", "1")) < texts.index(("reasoning", "46"))


@pytest.mark.parametrize("type", ["branch_finished", "branch_attempt", "custom", "branch_started"])
async def test_another_event_comes_after_what_was_written_before_it(type: Any) -> None:
    log = EventLog()
    write(log, "before ")
    write(log, "it")
    log.append(type, {})
    write(log, "after it")
    log.append("report", {})

    assert said(log.after(0)) == [
        ("token", "before it"),
        (type, ""),
        ("token", "after it"),
        ("report", ""),
    ]


async def test_the_last_piece_comes_before_the_end_of_the_run() -> None:
    log = EventLog()
    write(log, "the last")

    last = log.seal([("end", {})])
    write(log, "too late")
    log.close(last)

    assert said(log.after(0)) == [("token", "the last"), ("end", "")]
    assert [event.id for event in log.after(0)] == [1, 2]


async def test_a_log_that_is_closed_has_every_piece() -> None:
    log = EventLog()
    write(log, "the last")

    log.close()

    assert said(log.after(0)) == [("token", "the last")]
