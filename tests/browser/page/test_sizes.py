"""Much at once: a hundred branches, sixty inner rows, a thousand runs."""

import httpx2
import pytest
from playwright.sync_api import expect

from tests.app.at_work import holding
from tests.browser.page.visit import Visit

pytestmark = pytest.mark.browser


def test_a_hundred_branches_are_a_matrix_that_lights_up(visit: Visit) -> None:
    with holding("wide:part_007") as let_go:
        visit.start("wide")

        cells = visit.page.locator(".cell")
        expect(cells).to_have_count(100)
        expect(visit.page.locator(".cell[data-s=ok]")).to_have_count(98)
        expect(visit.page.locator(".cell[data-s=running]")).to_have_count(1)
        expect(visit.page.locator(".cell[data-s=failed]")).to_have_count(1)
        expect(visit.page.get_by_text("99 of 100 done")).to_be_visible()
        let_go()
        visit.ends("degraded")

    expect(visit.page.locator(".line")).to_have_count(101)
    assert visit.rows() == [f"part_{n:03}" for n in range(100)] + ["collect"]
    visit.page.get_by_role("button", name="Failed", exact=True).click()
    expect(visit.page.locator(".line:visible")).to_have_count(1)


def test_items_are_counted_on_their_node_and_have_their_rows_inside(visit: Visit) -> None:
    visit.start("items")
    visit.ends("success")

    expect(visit.figure("study").locator(".took")).to_contain_text("20/20")
    expect(visit.page.locator(".line")).to_have_count(20 + 60 + 1)
    rows = visit.rows()
    assert rows[:4] == ["study[0]", "study[0]/first", "study[0]/second", "study[0]/third"]
    assert rows[-1] == "collect"

    visit.row("study[0]").get_by_role("button", name="Fold").click()
    expect(visit.page.locator(".line:visible")).to_have_count(20 + 60 + 1 - 3)


def test_a_thousand_runs_are_shown_and_searched(visit: Visit) -> None:
    body = {"inputs": [{"number": 1}] * 100}
    with httpx2.Client(base_url=visit.url, timeout=120) as client:
        for _ in range(10):
            assert client.post("/graphs/line/batch", json=body).status_code == 200
        client.post(
            "/graphs/line/invoke", json={"input": {"number": 1}, "metadata": {"one": "needle"}}
        )

    visit.go("#/runs?limit=1000")

    rows = visit.page.locator("tbody tr")
    expect(rows).to_have_count(1000)
    visit.page.get_by_label("Find in these runs").fill("needle")
    expect(rows).to_have_count(1)


def test_the_history_goes_on_below_its_first_page(visit: Visit) -> None:
    body = {"inputs": [{"number": 1}] * 60}
    httpx2.post(f"{visit.url}/graphs/line/batch", json=body, timeout=60)
    visit.go("#/runs?graph=line")
    rows = visit.page.locator("tbody tr")
    expect(rows).to_have_count(50)

    visit.page.get_by_role("button", name="Load more").click()

    expect(rows).not_to_have_count(50)
    names = [str(one) for one in visit.page.locator("tbody a.mono").all_text_contents()]
    assert len(names) == len(set(names)) >= 60
