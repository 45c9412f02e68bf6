"""What the documents say, held against the code."""

import dataclasses
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.cli.typer_app import all_names
from app.graphs.registry import inspect_graphs
from app.main import create_app
from app.project import NAME
from app.settings import Settings
from tests.conftest import ROOT
from tests.graph_settings import docs_of, settings_classes, variables_of
from tests.readme_diagrams import blocks_in, draw_blocks
from tests.shipped import SHIPPED, has_all_shipped_graphs

README = (ROOT / "README.md").read_text()
GRAPHS = (ROOT / "docs" / "graphs.md").read_text()
SHOWN = (ROOT / "docs" / "shipped-graphs.md").read_text()
IS_FANJOIN = NAME == "fanjoin"
"""A project of one's own has a README of its own: there is nothing in it to compare."""

of_fanjoin = pytest.mark.skipif(not IS_FANJOIN, reason="the README is the project's own")

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
FOLDERS = ("app", "graphs", "tests", "docs", "docker", ".github", ".ci")
READ_BY_PEOPLE = {".md", ".py", ".toml", ".yml", ".yaml", ".txt", ".html", ".js", ".css", ""}
MADE_BY_THE_READER = (
    "graphs/weigh_it",
    "graphs/my_graph",
    "tests/graphs/my_graph",
    "docker/secrets/",
    "docker/fanjoin.env",
)


REMOVABLE = ("graphs/", "tests/graphs/")
NOT_REMOVABLE = ("graphs/kit", "tests/graphs/kit")
"""Paths of what `fanjoin remove` takes away: documents may still name them afterwards."""


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of the documents."""
    texts = [path.read_text() for path in (ROOT / "docs").glob("*.md")]
    (text,) = [text for text in texts if f"\n# {heading}\n" in f"\n{text}".replace("\n## ", "\n# ")]
    section = text.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def added_graph() -> str:
    """The graph of docs/graphs.md."""
    code: str = re.findall(r"```python\n(.*?)```", GRAPHS, re.DOTALL)[0]
    return code


def variable_of(name: str) -> str:
    return name.upper() if name.startswith("openai_") else f"FANJOIN_{name.upper()}"


VARIABLES_OF_THE_SERVICE = {variable_of(name) for name in Settings.model_fields}


@of_fanjoin
def test_settings_table_says_what_the_settings_are() -> None:
    rows = {row[0].strip("`"): row[1:] for row in rows_under("Settings")}

    fields = Settings.model_fields
    assert set(rows) == {variable_of(name) for name in fields}
    for name, doc in docs_of(Settings).items():
        default, text = rows[variable_of(name)]
        assert text == doc
        value = fields[name].get_default(call_default_factory=True)
        assert default == (f"`{value}`" if value not in (None, {}, ()) else "none"), name


@of_fanjoin
def test_sources_table_says_what_the_graphs_read() -> None:
    rows = {row[0].strip("`"): row[1:] for row in rows_under("What the graphs read")}

    documented = {
        variable: [f"`{field.default}`" if field.default else "none", text.lower().rstrip(".")]
        for settings in settings_classes()
        if settings.__module__.split(".")[1] in {*SHIPPED, "adapters"}
        for field in dataclasses.fields(settings)
        for variable, text in [variables_of(settings)[field.name]]
        if variable not in VARIABLES_OF_THE_SERVICE
    }
    written = {name: [default, text.lower().rstrip(".")] for name, (default, text) in rows.items()}
    assert documented.items() <= written.items()
    if has_all_shipped_graphs():
        assert set(written) == set(documented)


def test_env_example_names_every_setting() -> None:
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named >= VARIABLES_OF_THE_SERVICE
    if IS_FANJOIN:
        of_graphs = {row[0].strip("`") for row in rows_under("What the graphs read")}
        assert named == VARIABLES_OF_THE_SERVICE | of_graphs


@of_fanjoin
def test_addresses_are_those_of_the_service(client: TestClient) -> None:
    written = {tuple(row[0].strip("`").split(" ")) for row in rows_under("Addresses")}

    document = client.get("/openapi.json").json()
    served = {
        (method.upper(), re.sub(r"^/graphs/scripted\b", "/graphs/{graph_id}", path))
        for path, methods in document["paths"].items()
        for method in methods
        if not path.startswith("/graphs/") or path.startswith(("/graphs/scripted", "/graphs/{"))
    }
    assert written == served | {("GET", "/docs")}


@of_fanjoin
def test_statuses_are_those_of_the_service(client: TestClient) -> None:
    written = {row[0] for row in rows_under("What an answer says")}

    document = client.get("/openapi.json").json()
    answers = document["paths"]["/graphs/scripted/invoke"]["post"]["responses"]
    assert written == set(answers) | {"404"}


@of_fanjoin
def test_commands_are_those_of_the_command_line() -> None:
    written = {row[0].strip("`").split(" ")[1] for row in rows_under("The command line")}

    assert written == set(all_names())


@of_fanjoin
def test_shipped_graphs_are_in_the_table_and_no_unknown_one() -> None:
    written = {row[0].strip("`") for row in rows_under("The graphs it ships")}

    registered = set(json.loads((ROOT / "langgraph.json").read_text())["graphs"])
    assert written <= SHIPPED
    assert SHIPPED & registered <= written


@of_fanjoin
def test_each_graph_of_the_table_is_drawn_as_the_code_has_it() -> None:
    drawn = draw_blocks(SHOWN)

    written = blocks_in(SHOWN)
    if has_all_shipped_graphs():
        assert list(written) == list(drawn), "`make diagrams` draws them"
    for graph_id, block in drawn.items():
        assert written[graph_id] == block, f"`make diagrams` draws it, or paste:\n\n{block}"


@of_fanjoin
@pytest.mark.parametrize("check", [["format", "--check"], ["check"]])
def test_documented_graph_passes_ruff_as_written(check: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *check, "--stdin-filename", "graphs/weigh_it.py", "-"]

    result = subprocess.run(
        command, input=added_graph(), cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


@of_fanjoin
@pytest.mark.anyio
async def test_documented_graph_can_be_added_as_written(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    entry = re.findall(r"```json\n(.*?)```", GRAPHS, re.DOTALL)[-1]
    (tmp_path / "graphs" / "weigh_it.py").write_text(added_graph())
    (tmp_path / "langgraph.json").write_text(f'{{"graphs": {{{entry}}}}}')

    settings = Settings(
        _env_file=None,
        graphs_file=tmp_path / "langgraph.json",
        data_dir=tmp_path,
        local_model="off",
    )
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        body = client.get("/openapi.json").json()["components"]["schemas"]["WeighItRequest"]
        response = client.post("/graphs/weigh_it/invoke", json=body["examples"][0])

    assert response.json()["output"] == {"verdict": "Heard pro and con."}
    inspection = await inspect_graphs(tmp_path / "langgraph.json")
    assert len(inspection.entries[0].branches) == 2
    assert inspection.findings == []


@of_fanjoin
def test_readme_is_short_and_its_core_of_a_graph_is_that_of_the_documents() -> None:
    assert len(README.splitlines()) <= 200

    core = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    for line in core.splitlines():
        if "Heard" not in line and 'name="my_graph"' not in line:
            assert line in GRAPHS, line


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    named = {
        name for path in DOCUMENTS for name in re.findall(r"`?make ([a-z-]+)`", path.read_text())
    }
    assert named
    assert named <= targets


def test_layers_of_the_architecture_are_those_that_imports_are_checked_for() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c.get("containers") == ["app"])

    picture = (ROOT / "ARCHITECTURE.md").read_text().split("imports point down", 1)[1]
    lines = picture.split("```", 1)[0].splitlines()
    drawn = [re.split(r"\s{3,}", line.strip())[0] for line in lines[1:] if line.strip(" ─")]
    assert drawn == layers


def test_every_room_of_the_service_is_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()

    for room in (ROOT / "app").glob("*/__init__.py"):
        assert f"`app/{room.parent.name}`" in text, room.parent.name


def test_decisions_are_dated_newest_first() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "docs" / "decisions.md").read_text(), re.MULTILINE)

    dates = [heading.split(" · ")[0] for heading in headings]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for date in dates)
    assert dates == sorted(dates, reverse=True)


def test_every_route_says_what_it_does(client: TestClient) -> None:
    routes = [route for route in client.app.routes if isinstance(route, APIRoute)]  # type: ignore[attr-defined]  # the app is a FastAPI

    for route in routes:
        assert route.description, route.path


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the project that a person reads, by its path."""
    paths = [*ROOT.glob("*"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*"))]
    for path in paths:
        if path.is_file() and path.suffix in READ_BY_PEOPLE:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")


def missing_paths(text: str, pattern: str) -> list[str]:
    """The paths that a text names and the project does not have; one with a gap is no path."""
    named = re.findall(rf"(?<![\w/.:-])(?:\./)?((?:{pattern}))(?![{{<*…])", text)
    return [
        name
        for name in named
        if not (ROOT / name.rstrip(".")).exists()
        and not name.startswith(MADE_BY_THE_READER)
        and not may_be_removed(name)
    ]


def may_be_removed(path: str) -> bool:
    is_removable = path.startswith(REMOVABLE) and not path.startswith(NOT_REMOVABLE)
    return is_removable and not has_all_shipped_graphs()


def test_every_document_that_a_file_names_exists() -> None:
    pattern = r"[A-Z][A-Z_]++\.md|docs/\w[\w/.-]*+"

    missing = {path: names for path, text in texts() if (names := missing_paths(text, pattern))}

    assert missing == {}


def test_every_file_that_documents_and_comments_name_exists() -> None:
    pattern = r"(?:app|graphs|tests|docker)/\w[\w/.-]*+"

    missing = {
        path: names
        for path, text in texts()
        if path.parts[0] != "tests" and (names := missing_paths(text, pattern))
    }

    assert missing == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(
        r"(?<![\w./:-])(?:app|graphs|tests)(?!\.md)(?:\.\w+)++", document.read_text()
    )

    for name in named:
        path = ROOT.joinpath(*name.split("."))
        is_there = path.is_dir() or path.with_name(f"{path.name}.py").is_file()
        assert is_there or may_be_removed(name.replace(".", "/")), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_to_a_file_and_its_heading(document: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text()):
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        if anchor and (IS_FANJOIN or target.name != "README.md"):
            assert anchor in anchors_of(target.read_text()), link


def anchors_of(text: str) -> set[str]:
    """The anchors GitHub gives a document's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
