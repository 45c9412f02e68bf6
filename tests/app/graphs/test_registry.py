"""langgraph.json, good and bad: what is offered, and everything that is wrong at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langgraph.store.memory import InMemoryStore

from app.errors import GraphNotFound
from app.graphs.registry import inspect_graphs, load_registry
from tests.app.graphs.graph_files import GOOD, problems_of, write_graphs
from tests.conftest import SERVED_GRAPHS

pytestmark = pytest.mark.anyio


async def test_every_form_of_entry_is_offered(tmp_path: Path) -> None:
    file = write_graphs(
        tmp_path,
        {
            "compiled": "./good.py:graph",
            "uncompiled": {"path": "./good.py:builder", "description": "A builder."},
            "factory": "./good.py:make",
            "configured": "./good.py:make_with_config",
            "async": "./good.py:make_later",
        },
    )

    registry = await load_registry(file)

    assert list(registry) == ["compiled", "uncompiled", "factory", "configured", "async"]
    assert registry["uncompiled"].description == "A builder."
    assert registry["uncompiled"].graph.name == "uncompiled"
    assert await registry["async"].graph.ainvoke({}) == {"word": "said"}


async def test_graphs_get_the_services_store_unless_they_bring_their_own(tmp_path: Path) -> None:
    graphs = {"plain": "./good.py:graph", "own": "./good.py:make_with_a_store"}
    registry = await load_registry(write_graphs(tmp_path, graphs))
    store = InMemoryStore()

    stored = registry.with_store(store)

    assert stored["plain"].graph.store is store
    assert registry["plain"].graph.store is None
    assert stored["own"].graph.store is registry["own"].graph.store is not None


async def test_module_path_and_local_dependency_are_importable(tmp_path: Path) -> None:
    (tmp_path / "lib_of_this_test").mkdir()
    (tmp_path / "lib_of_this_test" / "graph_in_a_dependency.py").write_text(GOOD)
    file = write_graphs(
        tmp_path, {"far": "graph_in_a_dependency:graph"}, dependencies=["./lib_of_this_test"]
    )

    assert list(await load_registry(file)) == ["far"]


async def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    file = write_graphs(
        tmp_path,
        {
            "good": "./good.py:graph",
            "gone": "./gone.py:graph",
            "misnamed": "./good.py:grahp",
            "text": "./good.py:text",
            "broken": "./broken.py:graph",
            "nothing": "./good.py:make_nothing",
            "burnt": "./good.py:break_it",
            "formless": "good.py",
            "wrong": "./wrong.py:graph",
        },
    )

    problems = await problems_of(file)

    text = "\n".join(problems)
    assert len(problems) == 8
    assert "'gone': there is no file" in text
    assert "no 'grahp'; it has builder, graph" in text
    assert "'text': ./good.py:text is no graph but str" in text
    assert "ModuleNotFoundError: No module named 'no_such_module' (line 3)" in text
    assert "./good.py:make_nothing is no graph but NoneType" in text
    assert "RuntimeError: out of flour" in text
    assert "'good.py' is not of the form ./file.py:variable" in text
    assert "wrong.py" in problems[-1]
    assert "join" in problems[-1]


async def test_end_of_the_process_in_a_graph_file_is_a_problem_of_that_graph(
    tmp_path: Path,
) -> None:
    (tmp_path / "exits.py").write_text('import sys\n\nsys.exit("no key is set")\n')
    (tmp_path / "ends.py").write_text("class End(BaseException): ...\nraise End\n")
    (tmp_path / "breaks.py").write_text("raise KeyboardInterrupt\n")
    file = write_graphs(
        tmp_path,
        {
            "exits": "./exits.py:graph",
            "ends": "./ends.py:graph",
            "breaks": "./breaks.py:graph",
            "leaves": "./good.py:leave",
            "gives_up": "./good.py:give_up",
            "gone": "./gone.py:graph",
        },
    )

    problems = await problems_of(file)

    assert problems[:3] == [
        "graph 'exits': importing ./exits.py failed: SystemExit: no key is set (line 3)",
        "graph 'ends': importing ./ends.py failed: End (line 2)",
        "graph 'breaks': importing ./breaks.py failed: KeyboardInterrupt (line 1)",
    ]
    assert "graph 'leaves': the factory ./good.py:leave failed: SystemExit (line" in problems[3]
    assert "'gives_up': the factory ./good.py:give_up failed: CancelledError" in problems[4]
    assert "'gone': there is no file" in problems[5]


async def test_end_of_the_service_is_not_blamed_on_a_graph(tmp_path: Path) -> None:
    slow = f"{GOOD}\nasync def make_slowly():\n    await asyncio.sleep(60)\n"
    (tmp_path / "slow.py").write_text(slow)
    loading = asyncio.create_task(
        inspect_graphs(write_graphs(tmp_path, {"slow": "./slow.py:make_slowly"}))
    )
    await asyncio.sleep(0)

    loading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await loading


async def test_graph_that_does_not_compile_is_a_problem(tmp_path: Path) -> None:
    loose = GOOD.replace("graph = builder.compile()", 'builder.add_edge("say", "nowhere")')
    (tmp_path / "loose.py").write_text(loose)

    problems = await problems_of(write_graphs(tmp_path, {"loose": "./loose.py:builder"}))

    assert "'loose': compiling ./loose.py:builder failed: ValueError: " in problems[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", 'the file contains a list ([]): write {"graphs": {'),
        ('{"dependencies": []}', '"graphs" names no graph: write "graphs": {'),
        ('{"graphs": {}}', '"graphs" names no graph: write "graphs": {'),
        ('{"graphs": ["a"]}', '"graphs" is a list (["a"]): write "graphs": {'),
        ('{"graphs": {"a": "x:y", "a": "x:z"}}', "'a' is defined more than once"),
        ('{"dependencies": [1], "graphs": {"a": "x:y"}}', '"dependencies" is a list ([1]): write'),
    ],
)
async def test_file_out_of_form_is_named_with_what_is_wrong_and_the_mend(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "langgraph.json"
    file.write_text(text)

    problems = await problems_of(file)

    assert str(file) in problems[0]
    assert reason in problems[0]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"a b": "x:y"}, "graph 'a b': an id is part of an address"),
        ({"a": 1}, "graph 'a': its entry is a number (1): write "),
        ({"a": {}}, "graph 'a': its entry has no path: write "),
        ({"a": {"path": None}}, "graph 'a': its path is null: write "),
        (
            {"a": {"path": "x:y", "description": ["z"]}},
            "graph 'a': its description is a list ([\"z\"]): write text",
        ),
    ],
)
async def test_entry_out_of_form_is_named_with_what_is_wrong_and_the_fix(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    problems = await problems_of(write_graphs(tmp_path, entry))

    assert [problem.startswith(reason) for problem in problems] == [True]


async def test_entry_out_of_form_hides_no_problem_of_another_graph(tmp_path: Path) -> None:
    file = write_graphs(
        tmp_path,
        {"a b": "./missing.py:graph", "number": 1, "gone": "./gone.py:graph"},
        dependencies="lib",
    )

    text = "\n".join(problems := await problems_of(file))

    assert len(problems) == 4
    for words in ("'a b': an id", "'number': its entry", "'gone'"):
        assert words in text
    assert '"dependencies" is text ("lib")' in text


async def test_ids_that_make_one_class_name_are_refused_together(tmp_path: Path) -> None:
    file = write_graphs(tmp_path, {"a-b": "./good.py:graph", "a_b": "./good.py:graph"})

    problems = await problems_of(file)

    assert len(problems) == 2
    assert "graph 'a-b': its schemas and those of 'a_b'" in problems[0]
    assert "graph 'a_b': its schemas and those of 'a-b'" in problems[1]
    assert "ABInput: rename one" in problems[1]


async def test_missing_file_is_named_with_the_setting(tmp_path: Path) -> None:
    problems = await problems_of(tmp_path / "nowhere.json")

    assert "nowhere.json" in problems[0]
    assert "FANJOIN_GRAPHS_FILE" in problems[0]


async def test_inspection_keeps_the_good_beside_the_bad(tmp_path: Path) -> None:
    file = write_graphs(tmp_path, {"good": "./good.py:graph", "gone": "./gone.py:graph"})

    inspection = await inspect_graphs(file)

    assert [entry.id for entry in inspection.entries] == ["good"]
    assert len(inspection.problems) == 1


async def test_unknown_graph_names_the_known_ones(tmp_path: Path) -> None:
    registry = await load_registry(write_graphs(tmp_path, {"good": "./good.py:graph"}))

    with pytest.raises(GraphNotFound, match="there is no graph 'bad'; available graphs: good"):
        registry["bad"]


async def test_same_file_name_in_two_projects_is_two_graphs(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_graphs(tmp_path / name, {"g": "./good.py:graph"})
        (tmp_path / name / "good.py").write_text(GOOD.replace("said", name))

    words = [
        (await (await load_registry(tmp_path / name / "langgraph.json"))["g"].graph.ainvoke({}))
        for name in ("one", "two")
    ]

    assert words == [{"word": "one"}, {"word": "two"}]


async def test_entry_knows_branches_with_their_policy_and_joins() -> None:
    entry = (await load_registry(SERVED_GRAPHS))["scripted"]

    assert [(b.name, b.required, b.timeout, b.fan_out) for b in entry.branches] == [
        ("must", True, 50, "combine"),
        ("may", False, None, "combine"),
        ("also", True, None, "combine"),
    ]
    assert entry.joins == ["combine"]


async def test_entry_of_a_plain_graph_knows_its_branches_by_the_edges() -> None:
    entry = (await load_registry(SERVED_GRAPHS))["plain"]

    assert [(b.name, b.required) for b in entry.branches] == [("left", None), ("right", None)]
    assert entry.joins == ["join"]
