"""What LangGraph drops without an error, and the warnings that say so."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from tests.app.execution.telling import telling_settings, warnings_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(telling_settings(tmp_path_factory.mktemp("data")))) as client:
        yield client


def no_node(said: str, *, nodes: str) -> str:
    remedy = f"correct the name; the nodes are {nodes}"
    return f"{said}, which is no node, so nothing ran there: {remedy}"


def no_key(said: str) -> str:
    remedy = "declare the key, or correct its name"
    return (
        f"{said} under the key 'nots', which the state does not have, so it was dropped: {remedy}"
    )


EMPTY = (
    "prepare: its router 'none_left' returned an empty list, which chooses no node: return END, or "
    "a node, for that case"
)

WARNINGS = {
    "router_unknown": [
        no_node("prepare: its router 'misspelt' returned 'wrok'", nodes="prepare, work")
    ],
    "router_send": [
        no_node("prepare: its router 'one_wrong' returned 'wrok'", nodes="prepare, work")
    ],
    "router_empty": [EMPTY],
    "start_unknown": [no_node("__start__: its router 'misspelt' returned 'wrok'", nodes="work")],
    "command": [
        no_key("goes_nowhere wrote 1"),
        no_node("goes_nowhere: its Command goes to 'nowhere'", nodes="goes_nowhere, work"),
    ],
    "key": [no_key("mistyped wrote ['lost']")],
    "key_inside": [no_key("inner/mistyped wrote ['lost']")],
    "router_end": [],
    "mapped": [],
    "mapped_bool": [],
    "mapped_list": [],
    "mapped_enum": [],
    "router_enum": [
        no_node("prepare: its router 'says_way' returned 'Way.WORK'", nodes="prepare, work")
    ],
    "router_number": [
        no_node("prepare: its router 'says_five' returned '5'", nodes="prepare, work")
    ],
    "pairs": [no_key("updates_by_pairs wrote 1")],
    "fine": [],
}


@pytest.mark.parametrize("graph_id", WARNINGS)
def test_what_was_dropped_is_named_with_its_node_and_the_remedy(
    client: TestClient, graph_id: str
) -> None:
    assert warnings_of(client, graph_id) == WARNINGS[graph_id]


@pytest.mark.parametrize(
    ("graph_id", "said"),
    [
        ("fine", "deadline_ms stops nothing in fine"),
        ("kit_all_required", "every branch is required"),
        ("kit", None),
    ],
)
def test_deadline_that_cuts_nothing_off_is_named(
    client: TestClient, graph_id: str, said: str | None
) -> None:
    warnings = warnings_of(client, graph_id, deadline_ms=600_000)

    assert [said in one for one in warnings if said] == ([True] if said else [])
    assert (len(warnings) == 1) == bool(said)
    assert warnings_of(client, graph_id) == []
