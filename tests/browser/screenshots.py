"""The pictures of the page in README and docs: `make screenshots`, light and dark.

The runs are real, over HTTP. Their model is the tests' own server, which answers in one to two
seconds, so that the pictures do not depend on who takes them.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.browser.chromium import find_chromium
from tests.browser.page.visit import Visit, visiting
from tests.live_server import serve
from tests.loopback import serving
from tests.machine import ROOT
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer
from tests.readme_picture import ANSWERS, FOLDER

MOST_BYTES = 150_000

SIZE = {"width": 1280, "height": 800}

SCHEMES = ("light", "dark")


@contextmanager
def service(data_dir: Path) -> Iterator[str]:
    """Serve the shipped graphs, with a model that answers in one to two seconds."""
    model = ModelServer()
    with serving(model.serve) as url:
        for prompt, (text, delay) in ANSWERS.items():
            model.answer(Answer(text=text, delay=delay), prompt=prompt)
        model.base_url = f"{url}/v1"
        os.environ |= {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "test-key",
            "FANJOIN_MODEL": MODEL,
        }
        settings = Settings(
            _env_file=None,
            graphs_file=ROOT / "langgraph.json",
            data_dir=data_dir,
            prices={MODEL: {"input": 0.4, "output": 1.6}},
        )
        with serve(create_app(settings)) as served:
            yield served.url


def take(visit: Visit, name: str, scheme: str) -> None:
    path = FOLDER / f"page-{name}-{scheme}.png"
    visit.page.locator("#said").evaluate("said => said.classList.remove('on')")
    visit.page.screenshot(path=path, animations="disabled")
    assert path.stat().st_size <= MOST_BYTES, f"{path.name} has {path.stat().st_size} bytes"


def take_all(browser: Browser, url: str, scheme: str) -> None:
    options = {"viewport": SIZE, "color_scheme": scheme, "bypass_csp": True}
    with visiting(browser, url, **options) as visit:
        visit.go()
        take(visit, "graphs", scheme)
        visit.start("topic_brief")
        visit.row_is("questions", "ok")
        take(visit, "live", scheme)
        visit.ends("success")
        take(visit, "run", scheme)
        visit.start("two_reviewers")
        visit.ends("interrupted")
        take(visit, "question", scheme)
        visit.go("#/runs")
        expect(visit.page.locator("tbody tr").first).to_be_visible()
        take(visit, "runs", scheme)


def main() -> None:
    program = find_chromium()
    with (
        tempfile.TemporaryDirectory() as data_dir,
        service(Path(data_dir)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme in SCHEMES:
            take_all(browser, url, scheme)
        browser.close()


if __name__ == "__main__":
    main()
