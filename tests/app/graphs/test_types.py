"""Types of graphs, stored by one process and restored by another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import cast

import pytest

from app.graphs.types import defined_types
from tests.conftest import ROOT

TYPES = """
    import dataclasses
    import enum
    from typing import Annotated, Any, Generic, NamedTuple, TypeVar

    from langgraph.graph import END, START, StateGraph
    from pydantic import BaseModel
    from typing_extensions import TypedDict

    T = TypeVar("T")

    class Deep(enum.Enum):
        ONE = 1

    class Person(BaseModel):
        level: Deep | None = None

        class Inner(BaseModel):
            x: int = 1

    class Box(BaseModel, Generic[T]):
        item: T

    @dataclasses.dataclass
    class Place:
        people: "list[Person]"

    class Pair(NamedTuple):
        x: int

    class Loose(BaseModel):
        pass

    class State(TypedDict, total=False):
        place: Annotated[Place, "told"]
        pairs: dict[str, tuple[Pair, ...]]
        inner: Person.Inner | None
        box: Box[int]
        anything: Any

    def node(state: State) -> State:
        return {}

    builder = StateGraph(State)
    builder.add_node(node)
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    graph = builder.compile()
"""


@pytest.mark.parametrize(
    "place",
    [
        "graphs/typed.py",
        *(
            pytest.param(place, marks=pytest.mark.slow)
            for place in ("typed_graph.py", "app/typed.py", "a-b.py")
        ),
    ],
)
def test_types_outlive_the_process_that_stored_them(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(dedent(TYPES))
    (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": {"g": f"./{place}:graph"}}))

    stored = _in_another_process(tmp_path, "1", "store")
    restored = _in_another_process(tmp_path, "2", "load", stored.stdout)

    assert restored.stdout.split() == ["True"] * 7
    assert restored.stderr == ""


def test_what_stands_in_for_a_module_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy = ModuleType("lazy")
    vars(lazy)["__getattr__"] = pytest.fail
    monkeypatch.setitem(sys.modules, "lazy", lazy)
    monkeypatch.setitem(sys.modules, "settings_object", cast("ModuleType", object()))

    assert defined_types([tmp_path]) == frozenset()


_SCRIPT = """
import asyncio, base64, sys
from pathlib import Path
from app.graphs.registry import load_registry
from app.storage.checkpoints.serde import Serde

registry = asyncio.run(load_registry(Path(sys.argv[1], "langgraph.json")))
node = registry["g"].graph.builder.nodes["node"].runnable.func
its = node.__globals__
values = [
    its["Place"]([its["Person"](level=its["Deep"].ONE)]), its["Deep"].ONE, its["Pair"](1),
    its["Person"].Inner(), its["Box"][int](item=1), its["Loose"](), its["Person"](),
]
serde = Serde(registry.types)
if sys.argv[2] == "store":
    print(base64.b64encode(serde.dumps_typed(values)[1]).decode())
else:
    loaded = serde.loads_typed(("msgpack", base64.b64decode(sys.stdin.read())))
    print(*(a == b and type(a) is type(b) for a, b in zip(loaded, values)))
"""


def _in_another_process(folder: Path, seed: str, *words: str) -> "subprocess.CompletedProcess[str]":
    verb, *given = words
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(folder), verb],
        input="".join(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
