"""The lint over a corpus: every file of a folder is a case by being there."""

import asyncio
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph

from app.graphs.lint import Finding, lint_graph

CORPUS = Path(__file__).parent.parent / "lint_corpus"

PROMISING = sorted(path.stem for path in (CORPUS / "suspicious").glob("object_*.py"))


def each(folder: str) -> pytest.MarkDecorator:
    names = sorted(path.stem for path in (CORPUS / folder).glob("[!_]*.py"))
    return pytest.mark.parametrize("case", names)


def load(folder: str, case: str) -> ModuleType:
    return importlib.import_module(f"tests.app.lint_corpus.{folder}.{case}")


def findings_of(module: ModuleType) -> list[Finding]:
    return lint_graph("case", "./case.py", module.graph)


@each("valid")
def test_a_valid_graph_passes_without_a_word(case: str) -> None:
    assert findings_of(load("valid", case)) == []


@each("valid")
def test_what_passes_as_valid_does_run(case: str) -> None:
    module = load("valid", case)
    graph: CompiledStateGraph[Any, Any, Any, Any] = module.graph
    graph = graph.copy(update={"checkpointer": InMemorySaver()})

    result = asyncio.run(graph.ainvoke(module.INPUT, {"configurable": {"thread_id": "1"}}))

    assert result.keys() > module.INPUT.keys() or len(result["messages"]) > 1


@each("wrong")
def test_a_wrong_graph_is_refused_once_and_its_node_named(case: str) -> None:
    module = load("wrong", case)

    findings = [(finding.severity, finding.node) for finding in findings_of(module)]

    assert findings == [("error", module.NODE)]


@each("wrong")
def test_what_is_refused_does_go_wrong(case: str) -> None:
    assert asyncio.run(load("wrong", case).goes_wrong())


@each("suspicious")
def test_a_suspicious_graph_is_warned_of_once_and_its_node_named(case: str) -> None:
    module = load("suspicious", case)

    findings = [(finding.severity, finding.node) for finding in findings_of(module)]

    assert findings == [("warning", module.NODE)]


@pytest.mark.parametrize("case", PROMISING)
def test_what_is_warned_of_as_an_object_is_no_object(case: str) -> None:
    module = load("suspicious", case)

    with pytest.raises(Exception, match="object has no attribute"):
        asyncio.run(module.graph.ainvoke(module.INPUT))


def test_a_promised_object_is_named_with_its_key_its_annotation_and_the_way_out() -> None:
    finding = lint_graph("trip", "./t.py", load("suspicious", "object_in_a_dataclass").graph)[0]

    assert str(finding) == (
        "warning: ./t.py (trip) travel: may read 'places' as list[Place] and get the request's "
        "JSON: LangGraph makes no objects of what comes into a dataclass state; fix: annotate it "
        "as JSON is (dict[str, Any] for Place) and make the object in the node, or make the state "
        "a Pydantic model, which LangGraph coerces"
    )


def test_a_setting_outside_the_context_is_named_with_the_way_to_the_context() -> None:
    graph = load("suspicious", "settings_in_configurable").graph
    finding = lint_graph("dig", "./d.py", graph)[0]

    assert str(finding) == (
        "warning: ./d.py (dig) dig: reads 'depth' from config[\"configurable\"], and the graph "
        "declares a context_schema: what a request sends as context is in runtime.context alone; "
        "fix: give the node a parameter `runtime: Runtime[Context]` and read runtime.context"
    )


def test_a_finding_reads_as_one_line_with_file_graph_node_and_mend() -> None:
    finding = lint_graph("brief", "./b.py", load("wrong", "unequal_depth").graph)[0]

    assert str(finding) == (
        "error: ./b.py (brief) join: runs 2 times: counted in supersteps from '__start__' it is "
        "reached from 'short' after 2, from 'second' after 3; fix: one list edge, "
        "add_edge(['second', 'short'], 'join'), or defer=True on 'join', or add_fan_out with each "
        "branch as one node"
    )
