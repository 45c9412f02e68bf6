"""Schemas for input and output, and a private key that only two nodes share."""

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"question": "why?"}), Example({"question": "why?", "tone": "dry"})]


class Question(TypedDict, total=False):
    question: str
    tone: str


class Answer(TypedDict, total=False):
    answer: str
    saw: str


class State(Question, Answer, total=False):
    drafts: list[str]


class Notes(TypedDict):
    notes: str


def research(state: Question) -> Notes:
    return {"notes": seen(state)}


def draft(state: Notes) -> State:
    return {"drafts": [state["notes"], seen(state)]}


def answer(state: State) -> Answer:
    return {"answer": f"{state['question']} because", "saw": seen(state)}


builder = StateGraph(State, input_schema=Question, output_schema=Answer)
builder.add_sequence([research, draft, answer])
builder.add_edge(START, "research")
builder.add_edge("answer", END)
graph = builder.compile()
