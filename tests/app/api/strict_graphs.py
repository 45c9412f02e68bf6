"""Graphs with schemas that refuse something, each the same node with another contract."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

from langgraph.graph import END, START, StateGraph
from langgraph.managed import RemainingSteps
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel, Field, SecretStr, field_validator
from typing_extensions import TypedDict


class Person(BaseModel):
    name: str
    age: int = 0


class State(TypedDict):
    """The whole state: no contract, so keys may be absent."""

    topic: str
    count: int
    ratio: float
    flag: bool
    tags: list[str]
    depth: Annotated[int, Field(ge=1, le=5)]
    person: Person
    anything: Any
    remaining_steps: RemainingSteps
    saw: str


class Question(TypedDict):
    topic: str
    tone: NotRequired[str]
    ratio: NotRequired[float]


class Request(BaseModel):
    topic: str
    person: Person | None = None
    key: SecretStr = Field(default=SecretStr(""), min_length=3)
    user_id: str = Field(default="", alias="userId")


class WholeModel(BaseModel):
    topic: str
    count: int = 0
    saw: str = ""


@dataclass
class WholeDataclass:
    topic: str
    count: int = 0
    saw: str = ""


class Answer(TypedDict, total=False):
    saw: str


@dataclass
class Context:
    user: str
    limit: int = 3
    ratio: float = 0.5


def look(state: Any) -> dict[str, Any]:
    return {"saw": repr(state)}


def look_at_context(state: Any, runtime: Runtime[Context]) -> dict[str, Any]:
    return {"saw": repr(runtime.context)}


class Keyed(TypedDict, total=False):
    topic: str
    key: Any
    saw: str


class Credentials(BaseModel):
    key: SecretStr
    word: str = ""


def count_letters(state: Any, runtime: Runtime[Credentials]) -> dict[str, Any]:
    key, context = str(state["key"]), runtime.context.key
    return {"saw": f"{len(key)} letters {type(context).__name__} {len(context)}"}


def ask(state: Any) -> dict[str, Any]:
    return {"saw": f"{interrupt('Which?')!r}"}


def ask_also(state: Any) -> dict[str, Any]:
    return {"topic": f"{interrupt('And which?')!r}"}


def write_one_key_twice(state: Any) -> dict[str, Any]:
    return {"anything": {1: "a number", "1": "text"}}


def _graph(*nodes: Any, state: Any = State, **schemas: Any) -> Any:
    builder: Any = StateGraph(state, **schemas)
    for node in nodes:
        builder.add_node(node)
        builder.add_edge(START, node.__name__)
        builder.add_edge(node.__name__, END)
    return builder.compile()


whole = _graph(look)
contract = _graph(look, input_schema=Question, output_schema=Answer)
request = _graph(look, input_schema=Request, output_schema=Answer)
whole_model = _graph(look, state=WholeModel)
whole_dataclass = _graph(look, state=WholeDataclass)
keeps_secrets = _graph(
    count_letters,
    state=Keyed,
    input_schema=Request,
    output_schema=Answer,
    context_schema=Credentials,
)
in_context = _graph(look_at_context, context_schema=Context)
asks = _graph(ask)
asks_twice = _graph(ask, ask_also)
merges = _graph(write_one_key_twice)


def _without_end() -> None:
    _without_end()


NO_WORDS: dict[str, str] = {}

MISTAKES: dict[str, Callable[[], object]] = {
    "KeyError": lambda: NO_WORDS["missing"],
    "ZeroDivisionError": lambda: 1 // 0,
    "TypeError": lambda: len(3),  # type: ignore[arg-type]  # the mistake
    "AttributeError": lambda: None.name,  # type: ignore[attr-defined]  # the mistake
    "IndexError": lambda: list(NO_WORDS)[0],  # noqa: RUF015  # the mistake
    "ValueError": lambda: int("not a number"),
    "RecursionError": _without_end,
    "SystemExit": sys.exit,
}
"""What a validator may do wrong, by what it raises."""


def stumble(value: str) -> str:
    """Make the mistake that the value names, if it names one."""
    if (mistake := MISTAKES.get(value)) is not None:
        mistake()
    return value


class Stumbling(BaseModel):
    word: str = "fine"

    check = field_validator("word")(stumble)


class Words(TypedDict, total=False):
    word: str
    saw: str
    to_write: str


class StumblingOutput(Stumbling):
    saw: str = ""


class StumblingState(Stumbling):
    to_write: str = "fine"
    saw: str = ""


def write(state: Any) -> dict[str, Any]:
    to_write = state["to_write"] if isinstance(state, dict) else state.to_write
    return {"word": to_write}


def read(state: Any) -> dict[str, Any]:
    return {"saw": repr(state)}


def _sequence(state: Any, **schemas: Any) -> Any:
    builder: Any = StateGraph(state, **schemas)
    builder.add_sequence([write, read])
    builder.add_edge(START, "write")
    builder.add_edge("read", END)
    return builder.compile()


stumbling_input = _graph(look, state=Words, input_schema=Stumbling)
stumbling_context = _graph(look_at_context, state=Words, context_schema=Stumbling)
stumbling_output = _sequence(Words, output_schema=StumblingOutput)
stumbling_state = _sequence(StumblingState)

NAMES = [name for name, value in vars().items() if hasattr(value, "ainvoke")]
