"""The picture in the README: `make pictures` draws a run of `topic_brief` as the terminal shows it.

The run is real, over HTTP. Its model is the tests' own server, which answers in one to two seconds,
so that the picture does not depend on who draws it.
"""

import asyncio
import io
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI, TerminalTheme

from app.cli.client import open_client
from app.cli.view.live import RunView
from app.main import create_app
from app.settings import Settings
from tests.live_server import serve
from tests.loopback import serving
from tests.machine import ROOT
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer

FOLDER = ROOT / "docs" / "pictures"

TOPIC = {"topic": "tidal power"}

SUMMARY = (
    "Tidal power turns the rise and fall of the sea into electricity. Turbines stand in a barrage "
    "or in the open stream. It can be predicted for years ahead."
)
QUESTIONS = ["How do turbines bear salt water?", "Why is it rare?", "How does it affect fish?"]
TERMS = [
    {"term": "barrage", "meaning": "a dam with gates across a bay"},
    {"term": "spring tide", "meaning": "the highest tide, at new and full moon"},
    {"term": "turbine", "meaning": "a wheel that a stream turns"},
]

ANSWERS = {
    "three short sentences": (SUMMARY, 1.6),
    "three questions": (json.dumps({"questions": QUESTIONS}), 1.1),
    "three terms": (json.dumps({"key_terms": TERMS}), 1.9),
    "Continue this text": ("A barrage holds the spring tide back. Its turbines then run.", 1.2),
}

THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": MONOKAI}

_WIDTH = 92


async def watch_run(url: str) -> RunView:
    view = RunView("topic_brief")
    async with open_client(url) as client:
        async for event, data in client.stream("topic_brief", TOPIC):
            view.handle(event, data)
    return view


def draw(view: RunView, theme: TerminalTheme) -> str:
    """Return what the terminal shows at the end, as an SVG that loads nothing."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(view)
    frame = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(
        title='fanjoin run topic_brief "topic=tidal power"',
        theme=theme,
        code_format=frame,
        unique_id="run",
    )


def run_once(data_dir: Path) -> RunView:
    model = ModelServer()
    with serving(model.serve) as url:
        model.base_url = f"{url}/v1"
        for prompt, (text, delay) in ANSWERS.items():
            model.answer(Answer(text=text, delay=delay), prompt=prompt)
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
        with serve(create_app(settings)) as service:
            asyncio.run(watch_run(service.url))  # the first one imports what the others have
            return asyncio.run(watch_run(service.url))


def shortened(report: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a report that the README shows."""
    rows = [
        {key: row[key] for key in ("id", "status", "attempts", "started_ms", "duration_ms")}
        for row in report["branches"]
    ]
    keys = ("wall_ms", "sum_ms", "speedup", "critical_path", "missing", "tokens", "cost_usd")
    return {**{key: report[key] for key in keys}, "branches": rows}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir:
        view = run_once(Path(data_dir))
    for name, theme in THEMES.items():
        (FOLDER / f"run-{name}.svg").write_text(draw(view, theme))
    print(json.dumps(shortened(view.report or {})))  # noqa: T201 - for the README


if __name__ == "__main__":
    main()
