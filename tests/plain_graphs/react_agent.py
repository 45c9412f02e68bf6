"""LangGraph's prebuilt agent."""

from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent

from tests.plain_graphs.examples import Example
from tests.plain_graphs.scripted_model import ScriptedModel

EXAMPLES = [
    Example({"messages": [{"role": "user", "content": "weather in Ghent"}]}),
    Example({"messages": "weather in Ghent"}),
]


@tool
def weather(query: str) -> str:
    """Say what the weather is."""
    return f"rain: {query}"


graph = create_react_agent(ScriptedModel(), [weather], prompt="Be brief.")
