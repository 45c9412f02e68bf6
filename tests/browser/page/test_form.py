"""The form of a graph: what it sends, and what it says when that does not fit."""

import json
import shlex
import subprocess
import sys

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.page.visit import Visit

pytestmark = pytest.mark.browser


def open_form(visit: Visit, graph_id: str = "strict") -> Page:
    visit.go(f"#/graphs/{graph_id}")
    return visit.page


def run(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Run Ctrl").click()


def sent_input(visit: Visit) -> object:
    visit.page.wait_for_url("**/#/runs/*")
    return httpx2.get(f"{visit.url}/runs/{visit.run_id}").json()["input"]


def copied(visit: Visit, name: str) -> str:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.get_by_role("button", name=name, exact=True).click()
    expect(visit.page.locator("#said")).to_contain_text("copied")
    visit.page.get_by_role("button", name="JSON").click()
    area = visit.page.get_by_label("Input as JSON")
    area.press("ControlOrMeta+a")
    area.press("ControlOrMeta+v")
    return str(area.input_value())


def test_a_form_begins_with_the_example_and_sends_it_as_it_is(visit: Visit) -> None:
    open_form(visit)

    run(visit)

    sent = sent_input(visit)
    assert isinstance(sent, dict)
    example = httpx2.get(f"{visit.url}/graphs/strict").json()["example"]
    assert {key: sent[key] for key in example} == example


def test_what_is_typed_in_a_form_is_sent_with_its_types(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_label("Words").fill("spring tide")
    page.get_by_label("Count").fill("7")
    page.get_by_label("Share").fill("0.5")
    page.get_by_label("Kind").select_option(label="long")
    page.get_by_label("Is New").check()
    page.get_by_label("Day").fill("2027-02-03")
    page.get_by_label("south").check()
    page.locator("fieldset", has_text="Tags").get_by_role("button", name="+ Add").click()
    page.get_by_role("textbox", name="Tags 3").fill("wind")
    page.get_by_text("Office").click()
    page.get_by_label("Floor").last.fill("4")
    page.get_by_label("More").fill('{"a": [1, null]}')

    run(visit)

    sent = sent_input(visit)
    assert isinstance(sent, dict)
    assert sent["words"] == "spring tide"
    assert (sent["count"], sent["share"], sent["kind"]) == (7, 0.5, "long")
    assert (sent["is_new"], sent["day"], sent["tags"]) == (
        True,
        "2027-02-03",
        ["sea", "moon", "wind"],
    )
    assert sent["places"] == ["north", "south"]
    assert sent["office"] == {"city": "Brest", "floor": 4}
    assert sent["more"] == {"a": [1, None]}
    visit.ends("success")


def test_form_and_json_are_two_views_of_what_is_typed(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_label("Words").fill("neap tide")

    page.get_by_role("button", name="JSON").click()
    area = page.get_by_label("Input as JSON")
    value = json.loads(area.input_value())
    assert value["words"] == "neap tide"
    area.fill(json.dumps({**value, "words": "ebb tide", "count": 5}))
    page.get_by_role("button", name="Form").click()

    expect(page.get_by_label("Words")).to_have_value("ebb tide")
    expect(page.get_by_label("Count")).to_have_value("5")


def test_a_422_marks_the_field_and_moves_the_focus_there(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_label("Count").fill("99")

    run(visit)

    count = page.get_by_label("Count")
    expect(count).to_have_attribute("aria-invalid", "true")
    expect(count).to_be_focused()
    expect(page.locator(".field", has=count).locator(".err")).to_contain_text("9")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.url.endswith("#/graphs/strict")

    count.fill("3")
    run(visit)
    visit.page.wait_for_url("**/#/runs/*")


def test_a_422_in_an_item_marks_that_item(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_text("Office").click()
    city = page.get_by_label("City").last
    city.fill("x")

    run(visit)

    expect(city).to_have_attribute("aria-invalid", "true")


def test_text_that_is_no_json_is_marked_and_sends_nothing(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_label("More").fill("{broken")
    visit.requests.clear()

    run(visit)

    expect(page.get_by_label("More")).to_have_attribute("aria-invalid", "true")
    assert [one.url for one in visit.requests if one.method == "POST"] == []


def test_two_clicks_make_one_run(visit: Visit) -> None:
    page = open_form(visit, "scripted")
    url = f"{visit.url}/runs/search"
    before = len(httpx2.post(url, json={"graph_id": "scripted", "limit": 1000}).json())

    page.get_by_role("button", name="Run Ctrl").dblclick()
    page.wait_for_url("**/#/runs/*")
    visit.ends("success")

    after = len(httpx2.post(url, json={"graph_id": "scripted", "limit": 1000}).json())
    assert after == before + 1


def test_options_are_sent_with_a_run(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_text("Thread, deadline, labels").click()
    page.get_by_label("Thread", exact=True).fill("a-thread")
    page.get_by_label("Labels").fill("customer=c1, try=2")

    run(visit)

    sent_input(visit)
    stored = httpx2.get(f"{visit.url}/runs/{visit.run_id}").json()
    assert stored["thread_id"] == "a-thread"
    assert stored["metadata"] == {"customer": "c1", "try": "2"}


def test_the_copied_curl_command_runs_the_graph(visit: Visit) -> None:
    open_form(visit).get_by_label("Words").fill('the moon\'s "pull"')

    command = copied(visit, "curl")

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60
    )
    assert shlex.split(command)[0] == "curl"
    assert 'the moon\'s \\"pull\\" 3' in done.stdout
    assert "event: end" in done.stdout


def test_the_copied_python_runs_the_graph(visit: Visit) -> None:
    page = open_form(visit)
    page.get_by_label("Words").fill('the moon\'s "pull"')
    page.get_by_label("Is New").check()
    page.get_by_label("More").fill('{"nothing": null}')

    program = copied(visit, "Python")

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["output"]["answer"].startswith('the moon\'s "pull" 3')
