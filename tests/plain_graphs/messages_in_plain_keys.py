"""Messages in keys without a reducer: a list of them, a single one, one that may be absent."""

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example(
        {"history": [{"role": "user", "content": "hi"}, "there"]},
        plain={"history": [HumanMessage("hi"), HumanMessage("there")]},
    ),
    Example(
        {"last": {"role": "assistant", "content": "hello", "id": "a1"}},
        plain={"last": AIMessage("hello", id="a1")},
    ),
    Example({"last": "hello", "maybe": None}, plain={"last": HumanMessage("hello"), "maybe": None}),
    Example(
        {
            "maybe": {"type": "human", "content": "hi"},
            "pair": ["a", {"type": "ai", "content": "b"}],
        },
        plain={"maybe": HumanMessage("hi"), "pair": [HumanMessage("a"), AIMessage("b")]},
    ),
]


class State(TypedDict, total=False):
    history: list[AnyMessage]
    last: BaseMessage
    maybe: AnyMessage | None
    pair: list[HumanMessage | AIMessage]
    saw: str
    reply: BaseMessage


def look(state: State) -> State:
    call = {"name": "find", "args": {}, "id": "1", "type": "tool_call"}
    return {"saw": seen(state), "reply": AIMessage("bye", tool_calls=[call])}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
