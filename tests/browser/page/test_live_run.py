"""A run on the page while it happens, and after."""

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.app.at_work import assert_begins, holding
from tests.browser.page.visit import Visit, visiting
from tests.live_server import LiveServer
from tests.relay import relaying

pytestmark = pytest.mark.browser


def named(name: str, **behaviours: str) -> str:
    return json.dumps({"name": name, **behaviours})


def start_scripted(visit: Visit, name: str, **behaviours: str) -> None:
    """Run `scripted` from its JSON view."""
    visit.go("#/graphs/scripted")
    visit.page.get_by_role("button", name="JSON").click()
    visit.page.get_by_label("Input as JSON").fill(named(name, **behaviours))
    visit.page.get_by_role("button", name="Run Ctrl").click()
    visit.page.wait_for_url("**/#/runs/*")


def test_nodes_light_up_while_they_work(visit: Visit) -> None:
    with holding("light:must") as let_go:
        start_scripted(visit, "light")

        expect(visit.figure("must")).to_have_attribute("data-s", "running")
        expect(visit.figure("may")).to_have_attribute("data-s", "ok")
        visit.row_is("must", "running")
        visit.row_is("combine", "waiting")
        let_go()

        expect(visit.figure("must")).to_have_attribute("data-s", "ok")
        visit.ends("success")


def test_nothing_runs_after_the_end(visit: Visit) -> None:
    start_scripted(visit, "over", must="fail")

    visit.ends("error")
    at_work = visit.page.locator("main [data-s=running], main [data-s=queued], .live")
    expect(at_work).to_have_count(0)
    expect(visit.page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_a_required_branch_that_failed_is_named_with_its_reason(visit: Visit) -> None:
    start_scripted(visit, "broken", must="fail")

    banner = visit.page.locator(".banner[data-s=error]").first
    expect(banner).to_contain_text("must")
    expect(banner).to_contain_text("ValueError")
    expect(banner).to_contain_text("broken:must broke")


def test_an_answer_says_which_optional_branch_it_was_made_without(visit: Visit) -> None:
    start_scripted(visit, "without", may="fail")

    visit.ends("degraded")
    banner = visit.page.locator(".banner[data-s=degraded]")
    expect(banner).to_contain_text("The answer was made without may")
    expect(banner).to_contain_text("without:may broke")
    visit.row_is("may", "failed")


def test_only_what_failed_runs_again_and_the_rest_says_cached(visit: Visit) -> None:
    visit.start("flaky", Name="again")
    visit.ends("error")
    first = visit.run_id

    visit.page.get_by_role("button", name="Run again only what failed").click()

    visit.page.wait_for_url(lambda url: not url.endswith(first))
    visit.ends("success")
    visit.row_is("steady", "cached")
    visit.row_is("flaky", "ok")
    expect(visit.page.get_by_label("Answer", exact=True)).to_contain_text("steady 1, flaky 2")


def test_chosen_branches_run_again(visit: Visit) -> None:
    start_scripted(visit, "chosen", may="fail")
    visit.ends("degraded")
    first = visit.run_id

    visit.page.get_by_role("button", name="Choose …").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_label("may")).to_be_checked()
    dialog.get_by_label("also").check()
    dialog.get_by_role("button", name="Run again").click()

    visit.page.wait_for_url(lambda url: not url.endswith(first))
    visit.ends("degraded")
    visit.row_is("must", "cached")
    visit.row_is("also", "ok")


def test_a_reload_in_mid_run_shows_every_row_once(visit: Visit) -> None:
    with holding("reload:must") as let_go:
        start_scripted(visit, "reload")
        visit.row_is("may", "ok")

        visit.page.reload()

        visit.row_is("may", "ok")
        visit.row_is("must", "running")
        assert sorted(visit.rows()) == ["also", "combine", "may", "must"]
        let_go()
        visit.ends("success")
    assert sorted(visit.rows()) == ["also", "combine", "may", "must"]


def test_a_connection_that_was_cut_is_continued_and_shows_every_row_once(
    browser: Browser, service: LiveServer
) -> None:
    port = service.listener.getsockname()[1]
    with (
        relaying(port) as relay,
        visiting(browser, relay.url) as visit,
        holding("cut:must") as let_go,
    ):
        start_scripted(visit, "cut")
        visit.row_is("must", "running")

        with visit.page.expect_request("**/stream") as again:
            relay.cut()
        let_go()

        visit.ends("success")
        assert int(again.value.headers["last-event-id"]) > 1
        assert sorted(visit.rows()) == ["also", "combine", "may", "must"]
        visit.complaints.clear()  # Chromium says that the connection was cut


def test_a_cancelled_run_stops_every_branch(visit: Visit) -> None:
    with holding("stop:must"):
        start_scripted(visit, "stop")
        assert_begins("stop:must")
        visit.row_is("must", "running")

        visit.page.get_by_role("button", name="Cancel").click()

        visit.ends("cancelled")
        visit.row_is("must", "cancelled")
        visit.row_is("combine", "skipped")


@pytest.mark.parametrize(
    ("typed", "made"),
    [("by all means", "by all means"), ('{"yes": [1, true]}', "{'yes': [1, True]}")],
)
def test_a_question_is_answered_in_words_and_in_json(visit: Visit, typed: str, made: str) -> None:
    visit.start("asks")
    visit.ends("interrupted")
    question = visit.page.locator("form .banner")
    expect(question).to_contain_text("unsure asks")
    expect(question).to_contain_text("may I?")

    question.get_by_label("Your answer").fill(typed)
    question.get_by_role("button", name="Answer").click()

    visit.ends("success")
    expect(visit.page.get_by_label("Answer", exact=True)).to_contain_text(made)


def test_two_questions_get_an_answer_each(visit: Visit) -> None:
    visit.start("asks_two")
    visit.ends("interrupted")

    fields = visit.page.get_by_label("Your answer")
    titles = visit.page.locator("form .banner h2").all_text_contents()
    for field, title in zip(fields.all(), titles, strict=True):
        field.fill(f"answer to {title.removesuffix(' asks')}")
    visit.page.get_by_role("button", name="Answer").click()

    visit.ends("success")
    answer = visit.page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text("where answer to where")
    expect(answer).to_contain_text("when answer to when")


def test_rows_say_what_they_took_and_open_to_what_they_left(visit: Visit) -> None:
    start_scripted(visit, "rows")
    visit.ends("success")

    visit.row("may").click()

    inside = visit.page.locator(".inside")
    expect(inside).to_contain_text("rows:may did it")
    expect(visit.row("may")).to_have_attribute("aria-expanded", "true")
    visit.row("may").click()
    expect(inside).to_have_count(0)


def test_a_finished_run_is_read_from_its_report(visit: Visit) -> None:
    start_scripted(visit, "later", may="fail")
    visit.ends("degraded")
    visit.requests.clear()

    visit.page.reload()

    visit.ends("degraded")
    visit.row_is("may", "failed")
    visit.row_is("must", "ok")
    assert not [one.url for one in visit.requests if one.url.endswith("/stream")]
