"""Text insights: every segment of a long text read for three things, counted, and told in short.

    START ─> cut ─> segment, once for each, four at a time ─> tabulate ─> reading ─> conclude ─> END
                      ├─> sentiment ──┐
                      ├─> keywords ───┼─> gather
                      └─> category ───┘

Use this form for a text too long to be read at once, when the whole follows from its parts: a
reader sees one segment, code does the counting, and the model tells what the table shows without
seeing the text again. It is the wrong one where an answer needs distant parts of the text together.

Nothing of the text is cut off: a long one has larger segments. No reader is required: what could
not be had is named in its segment's row, with the reason, and the table stands. It also stands
without the reading in words. The run fails only when nothing could be read at all.
"""

from typing import Annotated, Any

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from typing_extensions import TypedDict

from graphs.adapters.reasons import why_not
from graphs.kit import Branch, add_fan_out, by_item, outcomes
from graphs.kit.model.answers import ask_for_sentences
from graphs.kit.model.contexts import ModelContext, model_for
from graphs.text_insights.reader import READINGS, Row, Segment, row_of, segment
from graphs.text_insights.split import LARGEST_SEGMENT, Span, split
from graphs.text_insights.survey import Totals, survey_prompt, totals_of

MOST_SEGMENTS = 100
OTHER = "other"

REVIEWS = (
    "Our room looked over the harbour, the bed was wide and the linen smelled of fresh air. It was "
    "so quiet that we slept until nine every morning, and from the balcony we watched the boats "
    "come home. We had booked one night, stayed three and did not want to leave.\n\n"
    "Breakfast was a disappointment. The coffee was cold on two mornings out of three, the bread "
    "came from a bag, and by half past nine the fruit was gone. We asked for eggs and were told "
    "that there is no cook on Sundays. For that price I had hoped for far more.\n\n"
    "The couple who run the house could not have been kinder. When our train was late they kept "
    "the door open until midnight, carried the bags upstairs and drew us a map of the old town. "
    "Only their dog was less friendly: it barked at our children, and nobody called it back."
)

CategoryName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^<>\x00-\x1f\x7f-\x9f]+$"
    ),
]


def _not_blank(text: str) -> str:
    if text.strip():
        return text
    raise ValueError("the text is blank")


class Input(BaseModel):
    """A text, and what to look for in it."""

    # The pattern tells callers; it takes control characters such as U+001C for something to read.
    text: Annotated[str, AfterValidator(_not_blank)] = Field(
        min_length=1, max_length=200_000, pattern=r"\S", examples=[REVIEWS]
    )
    categories: list[CategoryName] = Field(
        default=["business", "culture", "health", "nature", "politics", "science", "sport"],
        min_length=1,
        max_length=12,
        description=f"A segment gets the one that fits best, or {OTHER!r}.",
        examples=[["room", "food", "hosts"]],
    )
    segment_tokens: int = Field(
        default=100,
        ge=50,
        le=LARGEST_SEGMENT,
        description=f"More where the text would make more than {MOST_SEGMENTS} segments.",
    )


class Output(BaseModel):
    """The table, its totals, and what they show."""

    segments: list[Row]
    totals: Totals
    reading: str | None
    reading_error: str | None = Field(description="Why there is no reading, if so.")


class State(TypedDict, total=False):
    """What the nodes share; a segment is a place in the text, which is kept only once."""

    text: str
    categories: list[str]
    choices: list[str]
    """The categories, and `OTHER`."""

    spans: list[Span]
    rows: Annotated[list[dict[str, Any]], by_item]
    segments: list[dict[str, Any]]
    totals: dict[str, dict[str, int]]
    reading: str | None
    reading_error: str | None


class NothingRead(Exception):
    """No reading of any segment could be had."""


def cut(state: Input) -> State:
    spans = split(state.text, tokens=state.segment_tokens, at_most=MOST_SEGMENTS)
    return {"spans": spans, "choices": [*dict.fromkeys([*state.categories, OTHER])]}


def segments_of(state: State) -> list[Segment]:
    text = state["text"]
    return [
        Segment(
            index=index,
            start=span["start"],
            end=span["end"],
            text=text[span["start"] : span["end"]],
            categories=state["choices"],
        )
        for index, span in enumerate(state["spans"])
    ]


async def tabulate(state: State) -> State:
    read = {row["index"]: Row.model_validate(row) for row in state["rows"]}
    ended = zip(segments_of(state), outcomes(state).values(), strict=True)
    rows = [
        read.get(lost["index"]) or row_of(lost, dict.fromkeys(READINGS, why_not(outcome)))
        for lost, outcome in ended
    ]
    if all(len(row.missing) == len(READINGS) for row in rows):
        reasons = [why for row in rows for why in row.missing.values() if why]
        raise NothingRead(f"none of {len(rows)} segments could be read: {reasons[0]}")
    totals = totals_of(rows).model_dump()
    return {"segments": [row.model_dump() for row in rows], "totals": totals}


async def reading(state: State, runtime: Runtime[ModelContext]) -> State:
    rows = [Row.model_validate(row) for row in state["segments"]]
    totals = Totals.model_validate(state["totals"])
    text = await ask_for_sentences(model_for(runtime, max_tokens=200), survey_prompt(totals, rows))
    if totals.missing:
        lacks = ", ".join(f"{name} in {count}" for name, count in totals.missing.items())
        text += f"\n\n(Not known: {lacks} of {len(rows)} segments.)"
    return {"reading": text}


async def conclude(state: State) -> State:
    (outcome,) = outcomes(state).values()
    return {"reading": state.get("reading"), "reading_error": why_not(outcome)}


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
builder.add_node(cut)
builder.add_edge(START, "cut")
add_fan_out(
    builder,
    Branch(segment, required=False),
    over=segments_of,
    source="cut",
    join=tabulate,
    max_at_once=4,
    min_items=1,
    max_items=MOST_SEGMENTS,
    target=None,
)
add_fan_out(
    builder,
    [Branch(reading, required=False, timeout=180, attempts=2)],
    source="tabulate",
    join=conclude,
)
graph = builder.compile(name="text_insights")
