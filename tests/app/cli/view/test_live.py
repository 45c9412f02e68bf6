"""The live view, fed with runs as a service tells them."""

from io import BytesIO, StringIO, TextIOWrapper

from rich.console import Console

from app.cli.view.live import RunView
from tests.app.cli.events import (
    Script,
    degraded_run,
    end,
    failed_run,
    plain_run,
    report,
    row,
    start,
    started,
    successful_run,
)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def view_of(script: Script, clock: Clock | None = None) -> RunView:
    view = RunView("topic_brief", clock=clock or Clock())
    for event, data in script:
        view.handle(event, data)
    return view


def drawn(view: RunView, *, width: int = 100, height: int = 30) -> str:
    console = Console(file=StringIO(), width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def line_of(name: str, picture: str) -> str:
    return next(line for line in picture.splitlines() if f" {name} " in line)


def test_every_declared_branch_waits_before_it_starts() -> None:
    picture = drawn(view_of(successful_run()[:1]))

    assert "3 branches side by side, then synthesize" in picture
    for name in ("summary", "questions", "key_terms", "synthesize"):
        assert "waiting" in line_of(name, picture)


def test_running_branch_shows_its_growing_time_and_newest_text() -> None:
    clock = Clock()
    view = view_of(successful_run()[:6], clock)

    clock.seconds += 2.5
    before = line_of("summary", drawn(view))
    clock.seconds += 1.5
    after = line_of("summary", drawn(view))

    assert "2.5 s" in before
    assert "4.0 s" in after
    assert after.count("━") > before.count("━")
    assert "Tides rise and fall." in after


def test_tokens_of_one_branch_are_not_shown_in_another() -> None:
    picture = drawn(view_of(successful_run()[:6]))

    assert "Tides" not in line_of("questions", picture)


def test_new_attempt_forgets_the_text_of_the_one_before() -> None:
    script = [
        *successful_run()[:6],
        ("token", {"branch": "summary", "attempt": 2, "text": "Again"}),
    ]

    line = line_of("summary", drawn(view_of(script)))

    assert "attempt 2" in line
    assert "Tides" not in line
    assert "Again" in line


def test_bars_of_branches_that_ran_side_by_side_begin_in_one_column() -> None:
    picture = drawn(view_of(successful_run()))

    begins = {line_of(name, picture).index("━") for name in ("summary", "questions", "key_terms")}
    assert len(begins) == 1
    assert line_of("synthesize", picture).index("━") > begins.pop()


def test_rows_stand_in_the_order_of_declaration_whichever_began_first() -> None:
    rows = view_of(successful_run()).rows

    assert [row.name for row in rows] == ["summary", "questions", "key_terms", "synthesize"]


def test_success_tells_figures_and_the_answer() -> None:
    picture = drawn(view_of(successful_run()))

    assert "done in 8.7 s" in picture
    assert "8.7 s for 15.8 s of work" in picture
    assert "1.82x" in picture
    assert "questions > synthesize" in picture
    assert "871 in, 386 out" in picture
    assert "$0.00033" in picture
    assert "2 attempts" in line_of("questions", picture)
    assert "96 tokens" in line_of("summary", picture)
    assert "Sea, sun, moon." in picture
    assert '"' not in picture


def test_speedup_note_stands_beside_the_speedup() -> None:
    view = RunView("topic_brief", speedup_note="one machine")
    for event, data in successful_run():
        view.handle(event, data)

    assert "1.82x  one machine" in drawn(view)


def test_speedup_below_one_is_explained_by_the_little_work() -> None:
    view = RunView("topic_brief", speedup_note="one machine")
    tiny = report([row("a", duration_ms=2.0)], wall_ms=9.0, sum_ms=2.0, speedup=0.22)
    for event, data in [("report", tiny), ("end", end())]:
        view.handle(event, data)

    assert "0.22x  the overhead outweighs so little work" in drawn(view)
    assert "one machine" not in drawn(view)


def test_degraded_run_names_the_branch_its_attempts_and_the_error() -> None:
    view = view_of(degraded_run())
    picture = drawn(view)

    assert not view.has_failed
    assert "degraded, done in" in picture
    assert "key_terms failed after 3 attempts: RateLimitError: quota is used up" in picture
    assert "no price is set" in picture
    assert "Sea, sun, moon." in picture


def test_failed_run_names_the_branch_once_and_what_became_of_the_others() -> None:
    view = view_of(failed_run())
    picture = drawn(view)

    assert view.has_failed
    assert "failed after" in picture
    assert "speed-up" not in picture
    assert "summary: AuthenticationError: the key is refused" in picture
    assert picture.count("summary: ") == 1
    assert "cancelled" in line_of("questions", picture)
    assert "not run" in line_of("synthesize", picture)


def test_interrupted_run_shows_what_is_asked() -> None:
    script = [*plain_run()[:3], ("end", end("interrupted", interrupts=[{"value": "Go on?"}]))]

    view = view_of(script)

    assert not view.has_failed
    assert "Go on?" in drawn(view)


def test_graph_without_a_fan_out_is_a_list_of_nodes_in_the_order_of_work() -> None:
    picture = drawn(view_of(plain_run()))

    assert picture.index("plan") < picture.index("write")
    assert "╭" not in picture
    assert "Done." in picture


def test_events_out_of_order_lead_to_the_same_picture() -> None:
    script = successful_run()
    shuffled = [script[0], *reversed(script[1:-2]), *script[-2:]]

    assert drawn(view_of(shuffled)) == drawn(view_of(script))


def test_report_alone_is_enough() -> None:
    rows = view_of([("report", report([row("a"), row("b")])), ("end", end())]).rows

    assert [row.status for row in rows] == ["ok", "ok"]


def test_unknown_events_are_ignored() -> None:
    assert view_of([("weather", {"sun": True})]).rows == []


def test_second_round_of_a_branch_has_a_row_of_its_own_behind_the_join() -> None:
    script: Script = [
        ("run_started", started(branches=["a"], joins=["j"])),
        *[
            ("branch_finished", row("a")),
            ("join_started", start("j", kind="join", started_ms=1001.0)),
        ],
        ("branch_started", start("a#2", started_ms=2001.0)),
    ]

    assert [row.label for row in view_of(script).rows] == ["a", "j", "a#2"]


def test_run_without_an_end_has_failed() -> None:
    assert view_of(successful_run()[:-1]).has_failed


def test_hundred_branches_stay_within_the_height_of_the_terminal_while_they_run() -> None:
    names = [f"b{number}" for number in range(100)]
    script: Script = [("run_started", started(branches=names, joins=["j"]))]
    script += [("branch_started", start(name)) for name in names[80:]]

    picture = drawn(view_of(script), height=24)

    assert len(picture.splitlines()) <= 24
    assert "b80" in picture
    assert " j " in picture
    assert "80 waiting" in picture


def test_narrow_terminal_loses_no_row_and_no_time() -> None:
    picture = drawn(view_of(successful_run()), width=60)

    assert all(len(line) <= 60 for line in picture.splitlines())
    for name, duration in (("summary", "4.2 s"), ("synthesize", "2.5 s")):
        assert duration in line_of(name, picture)


def test_ascii_terminal_gets_ascii() -> None:
    file = TextIOWrapper(BytesIO(), encoding="ascii", errors="replace")

    Console(file=file, width=80, color_system=None).print(view_of(degraded_run()))

    file.seek(0)
    assert "x key_terms" in file.read()


def test_what_a_model_wrote_cannot_steer_the_terminal() -> None:
    script: Script = [*plain_run()[:-3], ("output", {"output": {"text": "\x1b[2Jgone\x07"}})]

    picture = drawn(view_of([*script, *plain_run()[-2:]]))

    assert "\x1b" not in picture
    assert "\x07" not in picture
    assert "[2Jgone" in picture
