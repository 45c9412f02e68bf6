"""Values that LangGraph manages: nodes read them, and they are neither input nor output."""

from langgraph.graph import END, START, StateGraph
from langgraph.managed import IsLastStep, RemainingSteps
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "x"}, config={"recursion_limit": 8})]


class State(TypedDict):
    topic: str
    remaining_steps: RemainingSteps
    is_last_step: IsLastStep
    text: str


def write(state: State) -> dict[str, str]:
    few = state["remaining_steps"] if state["remaining_steps"] < 10 else "many"
    return {"text": f"{state.get('text', '')} {few}/{state['is_last_step']}"}


builder = StateGraph(State)
builder.add_node(write)
builder.add_edge(START, "write")
builder.add_conditional_edges(
    "write", lambda state: END if len(state["text"]) > 20 else "write", ["write", END]
)
graph = builder.compile()
