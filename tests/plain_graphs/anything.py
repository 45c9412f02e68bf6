"""A key that takes any JSON: what is sent is what a node gets and what comes out."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

DEEP: Any = 1
for _ in range(48):
    DEEP = {"a": [DEEP]}

SMALL: list[Any] = [None, True, 0, -1, 1.0, 1e300, -0.0, 0.1, "", [], {}, [[]], {"": None}]

EXAMPLES = [
    *(Example({"x": value}) for value in SMALL),
    Example({"x": 10**30}, can_be_stored=False),
    Example({"x": int("9" * 400)}, can_be_stored=False),
    Example({"x": "a\u0000b"}),
    Example({"x": "\u202e\u200d\U0001f469\u200d\U0001f467 e\u0301 \u2028"}),
    Example({"x": "long " * 20_000}),
    Example({"x": {"__type": "x", "lc": 1, "type": "constructor", "id": ["a"], "kwargs": {}}}),
    Example({"x": {"lc": 2, "type": "json", "id": ["datetime", "datetime"], "args": [2020, 1, 1]}}),
    Example({"x": {"$ref": "#", "role": "user", "content": "no message", "type": "human"}}),
    Example({"x": ["2026-11-30", "2026-11-30T00:00:00Z", "1.50", "true", "null", "{}"]}),
    Example({"x": DEEP}),
]


class State(TypedDict, total=False):
    x: Any
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
