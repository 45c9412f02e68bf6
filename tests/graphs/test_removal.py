"""Each graph can be removed, and all of them: nothing that is left imports one."""

import json

import pytest

from app.cli.project.imports import imports_of
from app.cli.project.removal import plan_removal
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

REGISTRY = "langgraph.json"
GRAPHS = list(json.loads((ROOT / REGISTRY).read_text())["graphs"])


@pytest.mark.parametrize("graph_id", GRAPHS)
def test_a_graph_can_be_removed_by_itself_with_its_tests(graph_id: str) -> None:
    removal = plan_removal(ROOT, [graph_id], REGISTRY)

    assert {path.partition("/")[0] for path in removal.deleted} <= {"graphs", "tests"}
    assert graph_id not in json.loads(removal.written[REGISTRY])["graphs"]


def test_without_graphs_kit_and_service_are_left_and_import_no_adapter() -> None:
    removal = plan_removal(ROOT, GRAPHS, REGISTRY)

    left = [path for path in imports_of(ROOT) if not path.startswith(tuple(removal.deleted))]
    assert {path.split("/")[1] for path in left if path.startswith("graphs/")} <= {
        "__init__.py",
        "adapters",
        "kit",
    }
    assert not [path for path in left if path.startswith("tests/graphs/adapters/test_")]
