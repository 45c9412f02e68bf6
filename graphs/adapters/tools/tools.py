"""The tools by name, as LangChain's tools, so that a model can be told of them or call them.

Each takes one text and answers with one. It raises a `ToolError` or a `SourceError`, whose message
is one line and fit to be shown to the model.
"""

from collections.abc import Sequence

from langchain_core.tools import BaseTool, tool

from graphs.adapters.documents.source import Documents
from graphs.adapters.excerpts import excerpt
from graphs.adapters.sources import Hit, Passage
from graphs.adapters.tools.calculate import calculate as value_of
from graphs.adapters.tools.errors import ToolError
from graphs.adapters.wikipedia import Wikipedia

HITS = 2
HIT_CHARS = 900
"""Of each hit, so that a small model reads both beside its task."""


@tool
async def calculate(expression: str) -> str:
    """Work out arithmetic, such as (3 + 4.5) * 2."""
    return value_of(expression)


@tool
async def search_documents(query: str) -> str:
    """Search the user's own documents."""
    documents = Documents()
    hits = await documents.search(query, limit=HITS)
    passages = [await documents.read(hit) for hit in hits]  # a hit alone may be a mere heading
    return _text_of(passages, f"the documents hold nothing on {query[:100]!r}")


@tool
async def search_wikipedia(query: str) -> str:
    """Search Wikipedia."""
    hits = await Wikipedia().search(query, limit=HITS)
    return _text_of(hits, f"Wikipedia holds nothing on {query[:100]!r}")


TOOLS: dict[str, BaseTool] = {
    each.name: each for each in (calculate, search_documents, search_wikipedia)
}


def _text_of(results: Sequence[Hit | Passage], if_nothing: str) -> str:
    if not results:
        raise ToolError(if_nothing)
    return "\n\n".join(f"{one['title']}: {excerpt(one['text'], HIT_CHARS)}" for one in results)
