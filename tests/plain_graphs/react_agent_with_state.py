"""The prebuilt agent with a state of its own: remaining steps, a key for the caller's name."""

from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent
from langgraph.prebuilt.chat_agent_executor import AgentState

from tests.plain_graphs.examples import Example
from tests.plain_graphs.scripted_model import ScriptedModel

EXAMPLES = [
    Example({"messages": ["hello"], "user_name": "Ann"}),
    Example({"messages": ["hello"]}),
]


class State(AgentState):
    user_name: str


@tool
def greet(query: str) -> str:
    """Greet somebody."""
    return f"greetings: {query}"


graph = create_react_agent(ScriptedModel(), [greet], state_schema=State, version="v1")
