"""Graphs whose state and context declare every type, as each kind of class.

A run looks at what it got, then does what the key `act` says, then looks once more.
"""

from collections.abc import Mapping
from dataclasses import field, make_dataclass
from typing import Annotated, Any, Optional

from langchain_core.messages import AnyMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import create_model
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.declared.gate import is_open, wait_unless_open
from tests.declared.types import TYPES
from tests.plain_graphs.examples import seen

GATE = "declared"

_DECLARED = {name: annotation for name, (annotation, _) in TYPES.items()}
_OWN = {"act": str, "saw": str, "answer": str, "saw_later": str}
_MESSAGES = Annotated[list[AnyMessage], add_messages]


async def look(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
    return {"saw": _all_seen(state, config, runtime)}


async def act(state: Any) -> dict[str, Any] | None:
    match _value(state, "act"):
        case "ask":
            return {"answer": seen(interrupt("Which?"))}
        case "fail" if not is_open(GATE):
            raise ConnectionError("the gate is closed")
        case "wait":
            await wait_unless_open(GATE)
    return None


async def look_later(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
    return {"saw_later": _all_seen(state, config, runtime)}


def _all_seen(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> str:
    extra = config.get("configurable", {}).get("extra")
    return f"{seen(state)} in {seen(runtime.context)} with {seen(extra)}"


def _value(state: Any, key: str) -> Any:
    return state.get(key) if isinstance(state, Mapping) else getattr(state, key)


def _typed_dict(name: str, declared: Mapping[str, Any]) -> Any:
    make: Any = TypedDict
    return make(name, dict(declared), total=False)


def _model(name: str, declared: Mapping[str, Any]) -> Any:
    fields: dict[str, Any] = {key: (_or_none(hint), None) for key, hint in declared.items()}
    if "messages" in declared:
        fields["messages"] = (_MESSAGES, [])
    return create_model(name, **fields)


def _data_class(name: str, declared: Mapping[str, Any]) -> Any:
    fields: list[Any] = [
        (key, _or_none(hint), field(default=None))
        for key, hint in declared.items()
        if key != "messages"
    ]
    if "messages" in declared:
        fields.append(("messages", _MESSAGES, field(default_factory=list)))
    return make_dataclass(name, fields)


def _or_none(hint: Any) -> Any:
    return Optional[hint]  # noqa: UP045  # None has no `|`


def _graph(kind: Any) -> Any:
    state = kind("State", {**_DECLARED, **_OWN, "messages": _MESSAGES})
    context = kind("Context", _DECLARED)
    builder: Any = StateGraph(state, context_schema=context)
    builder.add_node(look)
    builder.add_node(act)
    builder.add_node(look_later)
    builder.add_edge(START, "look")
    builder.add_edge("look", "act")
    builder.add_edge("act", "look_later")
    builder.add_edge("look_later", END)
    return builder.compile()


typed_dict = _graph(_typed_dict)
model = _graph(_model)
data_class = _graph(_data_class)


async def flaky(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
    if not is_open(GATE):
        raise ConnectionError("the gate is closed")
    return {"parts": {"flaky": _all_seen(state, config, runtime)}}


async def steady(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> dict[str, Any]:
    return {"parts": {"steady": _all_seen(state, config, runtime)}}


def join(state: Any) -> dict[str, Any]:
    return {"saw": f"{state['parts']['steady']} and {state['parts']['flaky']}"}


def _fan_out() -> Any:
    parts = {"parts": Annotated[dict[str, str], by_branch], "saw": str}
    state = _typed_dict("State", {**_DECLARED, **parts})
    builder: Any = StateGraph(
        state,
        input_schema=_model("Request", _DECLARED),
        output_schema=_typed_dict("Result", {"saw": str}),
        context_schema=_model("Context", _DECLARED),
    )
    add_fan_out(builder, [Branch(flaky), Branch(steady)], join=join)
    return builder.compile()


fan_out = _fan_out()
