"""The email of `campaign` in a browser: it is readable, it shows its picture, and runs nothing."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from graphs.campaign.graph import graph
from tests.browser.chromium import Chromium, find_chromium
from tests.graphs.campaign.html_page import HtmlPage
from tests.graphs.sending import sent
from tests.model_answers import Answer
from tests.model_server import ModelServer

CHROMIUM = find_chromium()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: `make test-browser` gets one"),
]

HOSTILE = (
    '"><script>document.title = "it ran"</script>'
    "<img src=https://outside.example/x.png onerror=\"document.title = 'it ran'\"> {{ 7*7 }}"
)
WORDS = {
    "preheader": "It lights up by itself.",
    "headline": "Home in your own light",
    "paragraphs": ["The days are short. Halo lights up by itself.", HOSTILE],
}
GREEN = (0x1F, 0x6F, 0x5C)

PROBE = """<script>
addEventListener("load", () => {
  const [picture] = document.images;
  const sheet = document.querySelector(".sheet").getBoundingClientRect();
  const button = getComputedStyle(document.querySelector(".button"));
  document.title = JSON.stringify({
    pictures: document.images.length,
    natural: [picture.naturalWidth, picture.naturalHeight],
    shown: [picture.width, picture.height],
    sheet: [sheet.left, sheet.width],
    window: document.documentElement.clientWidth,
    overflow: document.documentElement.scrollWidth,
    button: button.backgroundColor,
    loaded: performance.getEntriesByType("resource").map((one) => one.name.slice(0, 15)),
  });
});
</script>"""


@pytest.fixture
def chromium(tmp_path: Path) -> Chromium:
    assert CHROMIUM is not None
    return Chromium(CHROMIUM, tmp_path / "profile")


@pytest.fixture
def email(model_server: ModelServer, tmp_path: Path) -> Path:
    """The HTML that the graph made, in a file."""
    model_server.answer(
        Answer(text=json.dumps({"subjects": ["One", "Two", "3"]})), prompt="subject"
    )
    model_server.answer(Answer(text=json.dumps(WORDS)), prompt="Write the email")
    brief = sent(
        product="Halo <b>light</b>",
        audience="cyclists",
        points=["It lights up by itself at dusk"],
        action="See the light",
        url="https://example.com/halo",
    )
    page = tmp_path / "email.html"
    page.write_text(asyncio.run(graph.ainvoke(brief))["html"])
    return page


def measured(chromium: Chromium, email: Path, *, width: int = 800) -> dict[str, Any]:
    """What a script of ours finds in the page; it says so in the title."""
    page = email.with_name("probe.html")
    page.write_text(email.read_text().replace("</body>", f"{PROBE}</body>"))
    title = HtmlPage(chromium.dom(page, width=width)).text("title")
    metrics: dict[str, Any] = json.loads(title)
    return metrics


def test_its_words_are_there_and_no_script_runs(chromium: Chromium, email: Path) -> None:
    page = HtmlPage(chromium.dom(email))

    assert page.text("title") == "One"
    assert page.text("h1") == WORDS["headline"]
    assert page.texts("p") == WORDS["paragraphs"]
    assert page.all("script") == []


def test_its_picture_is_shown_and_nothing_is_loaded_from_outside(
    chromium: Chromium, email: Path
) -> None:
    metrics = measured(chromium, email)

    assert metrics["pictures"] == 1
    assert metrics["natural"] == [1200, 600]
    assert metrics["shown"] == [600, 300]
    assert all(name.startswith("data:image/png;") for name in metrics["loaded"])


def test_it_stands_in_the_middle_600_pixels_wide(chromium: Chromium, email: Path) -> None:
    metrics = measured(chromium, email)

    left, width = metrics["sheet"]
    assert width == 600
    assert left == pytest.approx((metrics["window"] - width) / 2, abs=1)
    assert metrics["button"] == f"rgb{GREEN}"


def test_a_narrow_window_shows_all_of_it(chromium: Chromium, email: Path) -> None:
    metrics = measured(chromium, email, width=500)

    assert metrics["sheet"][1] < 500
    assert metrics["overflow"] == metrics["window"]


def test_a_picture_of_it_shows_card_words_and_button(chromium: Chromium, email: Path) -> None:
    image = Image.open(chromium.screenshot(email)).convert("RGB")

    counts = {colour: count for count, colour in image.getcolors(800 * 1000) or ()}
    assert counts[GREEN] > 80_000
    assert counts[(255, 255, 255)] > 100_000
    assert counts[(0x1A, 0x1A, 0x1A)] > 500
