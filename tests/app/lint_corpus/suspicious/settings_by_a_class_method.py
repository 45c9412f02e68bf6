"""The settings class of older templates: the class method that the node calls reads the config."""

from dataclasses import dataclass, fields

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "dig"


@dataclass
class Settings:
    depth: int = 1

    @classmethod
    def from_runnable_config(cls, config: RunnableConfig | None = None) -> "Settings":
        configurable = (config.get("configurable") or {}) if config else {}
        names = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in configurable.items() if key in names})


class State(TypedDict, total=False):
    topic: str
    answer: str


def dig(state: State, config: RunnableConfig) -> State:
    return {"answer": str(Settings.from_runnable_config(config).depth)}


builder = StateGraph(State, Settings)
builder.add_node(dig)
builder.add_edge(START, "dig")
graph = builder.compile()
