"""Text insights for its tests: what its prompts say, texts of one-word paragraphs, and one run."""

import json
from typing import Any

from langchain_core.runnables import RunnableConfig
from pydantic import TypeAdapter

from graphs.kit.model.contexts import ModelContext
from graphs.text_insights.graph import Output, graph
from tests.graphs.sending import sent
from tests.model_answers import Answer

SENTIMENT = "What does the writer feel"
KEYWORDS = "three to five things"
CATEGORY = "Which category"
READING = "three plain sentences"
READERS = {"sentiment": SENTIMENT, "keywords": KEYWORDS, "category": CATEGORY}


def paragraph(word: str) -> str:
    """Return what makes one segment of fifty tokens."""
    return f"{word} and the grey sea. " * 6 + "\n\n"


def read_of(word: str, question: str) -> str:
    """What only the prompt of one reader for one paragraph has in it."""
    segment, blank = f"{paragraph(word).strip()}</segment>", "\n\n"
    lead = "<categories>hills, coast, other</categories>\n\n" if question is CATEGORY else ""
    task = question if question is not KEYWORDS else "Name three to five things"
    return f"{segment}{blank}{lead}{task}"


def about(*words: str) -> Any:
    text = "".join(map(paragraph, words))
    return sent(text=text, categories=["hills", "coast"], segment_tokens=50)


async def run(given: Any, context: ModelContext | None = None, **configurable: Any) -> Output:
    config: RunnableConfig = {"configurable": configurable}
    result = await graph.ainvoke(given, config, context=context)
    return TypeAdapter(Output).validate_python(result)


def feel(sentiment: str) -> Answer:
    return Answer(text=json.dumps({"sentiment": sentiment}))
