"""Names of keys that other libraries use for something, or that are no names in Python."""

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

NAMES = [
    *("_private", "__dunder", "class", "from", "self", "cls", "with-dash", "with.dot", "naïve"),
    *("model_dump", "model_config", "model_fields", "schema", "copy", "json", "dict", "construct"),
    *("validate", "UPPER", "items", "keys", "values", "get", "input", "output", "messages", "type"),
]
EXAMPLES = [
    Example(dict.fromkeys(NAMES, "text")),
    *(Example({name: f"only {name}"}) for name in NAMES),
]

State = TypedDict("State", {**dict.fromkeys(NAMES, str), "saw": str}, total=False)  # type: ignore[misc]  # names that no class may have


def look(state: State) -> State:
    return {"saw": seen(state)}  # type: ignore[typeddict-unknown-key]  # mypy does not read it


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
