"""Variables that the graphs explain in their source."""

from pathlib import Path

import pytest

from app.cli.doctor.finding import Finding
from app.cli.doctor.reading import read_settings
from app.cli.doctor.variables import check_settings, check_sources
from tests.app.cli.graph_files import write_graph, write_registry

pytestmark = pytest.mark.anyio

SETTINGS = '''
class Tides:
    key: str | None = None
    """`TIDE_API_KEY`; with it the tides
    are live."""

    moon_key: str | None = None
    """`MOON_API_KEY`: with it the moon is."""

    url: str = "https://tides"
    """`FANJOIN_TIDE_URL`: where they are."""

    other: str = ""
    """Not from the environment."""
'''


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    folder = tmp_path / "graphs"
    (folder / "tides").mkdir(parents=True)
    (folder / "tides" / "settings.py").write_text(SETTINGS)
    (folder / "broken.py").write_text('"""`BROKEN_KEY`: in no class"""\ndef')
    return write_registry(tmp_path, tides=write_graph(folder).replace("./", "./graphs/"))


async def test_set_variables_are_shown_with_their_meaning_and_the_others_by_name(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDE_API_KEY", "hushhush")

    findings = await check_sources(read_settings())

    assert findings == [
        Finding("ok", "TIDE_API_KEY is set: with it the tides are live."),
        Finding("skipped", "not set: MOON_API_KEY"),
    ]


async def test_mistyped_variable_of_a_graph_is_told(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_TIDE_URL", "http://here")
    monkeypatch.setenv("FANJOIN_TIDES_URL", "http://here")

    questions = [
        finding.detail.partition("?")[0] for finding in await check_settings(read_settings())
    ]

    assert "FANJOIN_TIDES_URL: did you mean FANJOIN_TIDE_URL" in questions
    assert not any(detail.startswith("FANJOIN_TIDE_URL") for detail in questions)


async def test_variable_that_a_graph_reads_without_explaining_it_is_not_mistyped(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANJOIN_OWN_MODEL", "any")
    before = await check_settings(read_settings())

    (registry.parent / "graphs" / "reads.py").write_text("os.environ['FANJOIN_OWN_MODEL']")

    assert any("FANJOIN_OWN_MODEL" in finding.detail for finding in before)
    after = await check_settings(read_settings())
    assert not any("FANJOIN_OWN_MODEL" in finding.detail for finding in after)


async def test_graphs_without_variables_have_nothing_to_show(tmp_path: Path) -> None:
    write_registry(tmp_path, tides=write_graph(tmp_path))

    assert [finding.status for finding in await check_sources(read_settings())] == ["skipped"]
