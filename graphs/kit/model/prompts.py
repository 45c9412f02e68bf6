"""Prompts in which what people wrote is data, never an instruction."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeAlias

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel

Example: TypeAlias = tuple[str, BaseModel | str]
"""A task as it might be asked, and the answer it should get."""


def quote(tag: str, text: str) -> str:
    """Return `text` between `<tag>` and `</tag>`, escaped so that it cannot end its quotation."""
    return f"<{tag}>{escape(text, quote=False)}</{tag}>"


def prompt(system: str, task: str, *, examples: Sequence[Example] = ()) -> list[BaseMessage]:
    """Return the messages that ask for `task`, after the worked examples.

    One example keeps a small model in shape, tone and length; a large one takes no harm from it.
    """
    messages: list[BaseMessage] = [SystemMessage(system)]
    for question, answer in examples:
        text = answer if isinstance(answer, str) else answer.model_dump_json()
        messages += [HumanMessage(question), AIMessage(text)]
    return [*messages, HumanMessage(task)]


def numbered(lines: Iterable[str]) -> str:
    """Return the lines as a list numbered from 1."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
