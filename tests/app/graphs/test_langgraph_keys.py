"""Keys of langgraph.json that this service does not honour are refused or named."""

from pathlib import Path
from typing import Any

import pytest

from app.graphs.registry import inspect_graphs
from tests.app.graphs.graph_files import problems_of, write_graphs

pytestmark = pytest.mark.anyio

GRAPHS = {"good": "./good.py:graph"}


@pytest.mark.parametrize(
    "key",
    [
        {"auth": {"path": "./auth.py:auth"}},
        {"auth": "./auth.py:auth"},
        {"encryption": {"path": "./e.py:e"}},
    ],
)
async def test_protection_that_would_be_ignored_refuses_the_start(
    key: dict[str, Any], tmp_path: Path
) -> None:
    problems = await problems_of(write_graphs(tmp_path, GRAPHS, **key))

    assert f'langgraph.json: "{next(iter(key))}"' in problems[0]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"http": {"app": "./web.py:app"}}, "'http' has no effect: set FANJOIN_CORS_ORIGINS"),
        ({"store": {"index": {"dims": 3}}}, "'store' has no effect"),
        ({"checkpointer": {"ttl": {}}}, "'checkpointer' has no effect: set FANJOIN_KEEP"),
        ({"auth": {"disable_studio_auth": True}}, "'auth' has no effect: set FANJOIN_API_KEYS"),
        ({"python_version": "3.12"}, "'python_version' has no effect: docker/Dockerfile"),
        ({"dependancies": ["."]}, "'dependancies' has no effect: write 'dependencies'"),
        ({"Graphs": {}, "ENV": "a"}, "'ENV' has no effect: write 'env'"),
        ({"auths": {"path": "a.py:a"}}, "if you mean 'auth': set FANJOIN_API_KEYS"),
        ({"webhook": {"x": 1}}, "if you mean 'webhooks': follow GET"),
        ({"pythonversion": "3.12"}, "if you mean 'python_version': docker/Dockerfile"),
        ({"encryptions": {"path": "a"}}, "if you mean 'encryption': encrypt the disk"),
        ({"zzz": 1}, "'zzz' has no effect: remove it"),
        ({"env": "gone.env"}, '"env" names gone.env, which is not there'),
        ({"dependencies": ["./gone"]}, '"dependencies" names ./gone, which is no folder'),
    ],
)
async def test_key_without_effect_is_named_with_what_to_do(
    key: dict[str, Any], said: str, tmp_path: Path
) -> None:
    inspection = await inspect_graphs(write_graphs(tmp_path, GRAPHS, **key))

    assert [said in str(note) for note in inspection.notes] == [True]
    assert inspection.problems == []


async def test_key_of_a_graph_without_effect_is_named(tmp_path: Path) -> None:
    graphs = {"good": {"path": "./good.py:graph", "schema": "x"}}

    inspection = await inspect_graphs(write_graphs(tmp_path, graphs))

    assert [str(note) for note in inspection.notes] == [
        "graph 'good': 'schema' has no effect: remove it"
    ]


async def test_file_that_is_honoured_in_full_has_no_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more: dict[str, Any] = {
        "$schema": "x",
        "dependencies": ["."],
        "env": ".env",
        "auth": {},
        "http": None,
    }

    inspection = await inspect_graphs(write_graphs(tmp_path, GRAPHS, **more))

    assert list(inspection.notes) == []
