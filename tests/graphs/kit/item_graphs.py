"""A fan-out over a list of words: one branch per word."""

import asyncio
import operator
import random
from typing import Annotated, Any

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, by_item, outcomes
from tests.graphs.kit.small_graphs import Graph


class Listing(TypedDict, total=False):
    """A list to work on, and what became of each item."""

    words: list[str]
    rows: Annotated[list[str], by_item]
    seen: list[str]
    statuses: dict[str, str]
    extra: Annotated[dict[str, str], by_branch]
    history: Annotated[list[list[str]], operator.add]


class Word(TypedDict):
    """What the node of one item is given."""

    word: str


def words_of(state: Listing) -> list[Word]:
    return [{"word": word} for word in state.get("words", [])]


async def spell(item: Word) -> dict[str, Any]:
    """Answer at random times, never for `slow…`, and not at all for `bad…`."""
    word = item["word"]
    await asyncio.sleep(60 if word.startswith("slow") else random.uniform(0, 0.01))
    if word.startswith("bad"):
        raise RuntimeError(f"cannot spell {word}")
    return {"rows": word.upper()}


async def close(state: Listing) -> Listing:
    return {
        "seen": list(state.get("rows", [])),
        "statuses": {name: outcome["status"] for name, outcome in outcomes(state).items()},
    }


def graph_over(
    node: Any = spell, *, policy: Any = None, saver: Any = None, **options: Any
) -> Graph:
    builder = StateGraph(Listing)
    branch = Branch(node, name="spell", **(policy or {}))
    options = {"over": words_of, "join": close, **options}
    add_fan_out(builder, branch, **options)
    return builder.compile(checkpointer=saver)
