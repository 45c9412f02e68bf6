"""Text from anywhere is shown as text: nothing in it runs, and nothing of it is loaded."""

import json
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.page.hostile_text import HOSTILE
from tests.browser.page.visit import Visit

pytestmark = pytest.mark.browser

ON_NAME = "<img src=x onerror=document.title='ran'>"


def run_hostile(visit: Visit, **more: Any) -> str:
    """Run the graph whose every text is hostile, and return the id of the run."""
    body = {"input": {"text": "".join(HOSTILE)}, **more}
    made = httpx2.post(f"{visit.url}/graphs/hostile/invoke", json=body, timeout=60)
    return str(made.json()["run_id"])


def require_only_text(visit: Visit) -> None:
    """Require that no text became an element, a script or a link that runs."""
    page = visit.page
    expect(page).not_to_have_title("ran")
    made = "main script, main img[src='x'], main svg[onload], main iframe[srcdoc], main [onerror]"
    expect(page.locator(made)).to_have_count(0)
    links = [str(one.get_attribute("href")) for one in page.locator("main a").all()]
    assert [one for one in links if not one.startswith(("#/", "http"))] == []


@pytest.mark.parametrize(
    "place", ["#/", "#/graphs/hostile", "#/runs", "#/statistics/hostile", "the run"]
)
def test_hostile_text_runs_nothing_on_any_page(visit: Visit, place: str) -> None:
    label = {"label": HOSTILE[0], ON_NAME: "value"}
    run_id = run_hostile(visit, metadata=label, thread_id="<script>1<script>")

    visit.go(f"#/runs/{run_id}" if place == "the run" else place)

    expect(visit.page.locator("main")).to_contain_text("onerror=")
    require_only_text(visit)


def test_hostile_answers_run_nothing_in_either_view(visit: Visit) -> None:
    visit.go(f"#/runs/{run_hostile(visit)}")
    answer = visit.page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text(HOSTILE[1])
    require_only_text(visit)

    answer.get_by_role("button", name="JSON").click()

    expect(answer.locator(".json-out")).to_contain_text("onerror")
    require_only_text(visit)


def test_hostile_results_and_errors_run_nothing_in_opened_rows(visit: Visit) -> None:
    visit.go(f"#/runs/{run_hostile(visit)}")
    for row in ("breaks", ON_NAME):
        visit.page.locator(".line", has_text=row).first.click()

    expect(visit.page.locator(".inside").first).to_contain_text("onerror")
    require_only_text(visit)


def test_hostile_html_runs_nothing_in_its_frame(visit: Visit) -> None:
    visit.go(f"#/runs/{run_hostile(visit)}")

    expect(visit.mail.get_by_text("the mail")).to_be_attached()
    require_only_text(visit)
    visit.complaints.clear()  # the sandbox says what it refuses


def test_a_hostile_input_is_shown_in_the_form_as_it_was_sent(visit: Visit) -> None:
    visit.go(f"#/runs/{run_hostile(visit)}")

    expect(visit.page.locator("form textarea").first).to_have_value("".join(HOSTILE))
    require_only_text(visit)


def test_a_hostile_question_runs_nothing(visit: Visit) -> None:
    visit.start("asks")
    visit.ends("interrupted")

    visit.page.get_by_label("Your answer").fill(json.dumps({HOSTILE[0]: HOSTILE[1]}))
    visit.page.get_by_role("button", name="Answer").click()

    visit.ends("success")
    expect(visit.page.get_by_label("Answer", exact=True)).to_contain_text("<img")
    require_only_text(visit)


def test_a_hostile_question_and_the_schema_of_its_answer_run_nothing(visit: Visit) -> None:
    visit.start("questions")
    visit.ends("interrupted")

    banner = visit.page.locator(".banner", has_text="ask asks")
    expect(banner).to_contain_text("constructor.constructor")
    expect(banner.locator("option")).to_have_text([HOSTILE[1], "yes"])
    require_only_text(visit)
    banner.get_by_role("button", name="Answer").click()

    visit.ends("success")
    require_only_text(visit)


@pytest.mark.parametrize(
    "place", [f"#/{HOSTILE[0]}", f"#/graphs/{HOSTILE[1]}", "#/runs/%00%", "#/runs/%3Cb%3E"]
)
def test_hostile_addresses_get_words(visit: Visit, place: str) -> None:
    visit.go(place)

    expect(visit.page.locator(".empty")).to_be_visible()
    require_only_text(visit)
