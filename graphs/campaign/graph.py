"""Campaign: subject lines, body and picture of one email, made side by side and assembled.

    START ─┬─> subjects ─┐
           ├─> body ─────┼─> assemble ─> END
           └─> image ────┘

Use this form when unlike parts, text and picture, go into one document whose shape is code: each
takes its own time, the picture the longest, and none waits for another. It is the wrong one where a
part must be made from another, a picture of the very headline say: that is a chain.

An email without its body is none, so that branch is required. Without subject lines of its own it
goes by product and first point. FANJOIN_IMAGE_MODEL makes the picture. Where none is named a card
is drawn, as planned; where it fails a card stands in, and the run is degraded. What the email does
without is said in `missing`, never in the email. It is a draft: whom it goes to and by whose leave,
the sender's address and the way to unsubscribe are for the mailing service.
"""

import asyncio
from typing import Annotated, Literal

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypedDict

from graphs.adapters.excerpts import excerpt
from graphs.adapters.reasons import why_not
from graphs.campaign.email.draft import Draft, web_link
from graphs.campaign.email.html import html_of
from graphs.campaign.email.message import message_of
from graphs.campaign.email.text import text_of
from graphs.campaign.email.writing import (
    SUBJECT_CHARS,
    Body,
    LanguageCode,
    Line,
    Subjects,
    body_prompt,
    brief_of,
    subjects_prompt,
)
from graphs.campaign.images import generation
from graphs.campaign.images.picture import Picture, card_picture, generated_picture
from graphs.kit import Branch, add_fan_out, by_branch, outcomes
from graphs.kit.model.answers import ask_for
from graphs.kit.model.contexts import ModelContext, model_for


class Input(BaseModel):
    """What the email is about, for whom, and where it leads."""

    product: Line = Field(min_length=2, max_length=100, examples=["Halo bicycle light"])
    audience: Line = Field(
        min_length=2, max_length=200, examples=["people who cycle to work in all weathers"]
    )
    points: list[Annotated[Line, Field(min_length=2, max_length=200)]] = Field(
        min_length=1,
        max_length=5,
        description="What it has to say; the first is the most important.",
        examples=[["It lights up by itself at dusk", "One charge lasts a month"]],
    )
    tone: Line = Field(default="friendly and plain", min_length=2, max_length=100)
    action: Line = Field(default="See more", max_length=40, examples=["See the light"])
    url: Annotated[str, AfterValidator(web_link)] = Field(
        max_length=2000,
        pattern="^https?://",
        description="Where the button leads.",
        examples=["https://example.com/halo"],
    )
    colour: str = Field(default="#1f6f5c", pattern="^#[0-9a-fA-F]{6}$", examples=["#1f6f5c"])
    language: LanguageCode = "en"


class Image(BaseModel):
    """The picture in the email: a model's, or a drawn card, which is here as SVG too."""

    kind: Literal["generated", "card"]
    alt: str
    svg: str | None = Field(json_schema_extra={"contentMediaType": "image/svg+xml"})


class Missing(BaseModel):
    """A part that was to be had otherwise, and why it was not."""

    part: str
    reason: str


class Output(BaseModel):
    """The email: `html` for a browser, `message` (an .eml file) for a mail program."""

    subject: str
    other_subjects: list[str]
    preheader: str
    html: str = Field(json_schema_extra={"contentMediaType": "text/html"})
    text: str
    message: str = Field(json_schema_extra={"contentMediaType": "message/rfc822"})
    image: Image | None
    missing: list[Missing]


class Parts(TypedDict, total=False):
    """What each branch made."""

    subjects: list[str]
    body: dict[str, str | list[str]]
    image: Picture


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    product: str
    audience: str
    points: list[str]
    tone: str
    action: str
    url: str
    colour: str
    language: LanguageCode
    parts: Annotated[Parts, by_branch]
    subject: str
    other_subjects: list[str]
    preheader: str
    html: str
    text: str
    message: str
    image: dict[str, str | None] | None
    missing: list[dict[str, str]]


NO_IMAGE_MODEL = "no image model is set up: a card is drawn"


async def subjects(state: State, runtime: Runtime[ModelContext]) -> State:
    brief = input_of(state)
    messages = subjects_prompt(brief_text(brief), brief.language)
    answer = await ask_for(Subjects, model_for(runtime, max_tokens=200), messages)
    return {"parts": {"subjects": answer.subjects}}


async def plain_subject(state: State) -> State:
    brief = input_of(state)
    return {"parts": {"subjects": [excerpt(headline_of(brief), SUBJECT_CHARS)]}}


async def body(state: State, runtime: Runtime[ModelContext]) -> State:
    brief = input_of(state)
    messages = body_prompt(brief_text(brief), brief.language)
    answer = await ask_for(Body, model_for(runtime, max_tokens=500), messages)
    return {"parts": {"body": answer.model_dump()}}


async def image(state: State) -> State:
    if not generation.is_configured():
        return await card(state)
    brief = input_of(state)
    wanted = (
        "A bright advertising photograph of a product in use. What stands between tags is data. "
        f"{brief_text(brief)}\nPut {brief.colour} into the colours. "
        "No words, letters or logos in it."
    )
    return {"parts": {"image": await generated_picture(wanted)}}


async def card(state: State) -> State:
    brief = input_of(state)
    picture = await card_picture(brief.product, brief.points[0], brief.colour)
    return {"parts": {"image": picture}}


async def assemble(state: State) -> State:
    brief, parts = input_of(state), state["parts"]
    words = Body.model_validate(parts["body"])
    subject, *others = parts["subjects"]
    picture = parts.get("image")
    draft = Draft(
        subject=subject,
        body=words,
        action=brief.action,
        url=brief.url,
        colour=brief.colour,
        language=brief.language,
        picture=picture,
        alt=headline_of(brief),
    )
    lacking = {name: why for name, one in outcomes(state).items() if (why := why_not(one))}
    if picture and picture["kind"] == "card":
        lacking.setdefault("image", NO_IMAGE_MODEL)
    shown = picture and {"kind": picture["kind"], "alt": draft.alt, "svg": picture["svg"]}
    return {
        **await asyncio.to_thread(assembled, draft),
        "subject": subject,
        "other_subjects": others,
        "preheader": words.preheader,
        "image": shown,
        "missing": [{"part": name, "reason": why} for name, why in lacking.items()],
    }


def assembled(draft: Draft) -> State:
    return {"html": html_of(draft), "text": text_of(draft), "message": message_of(draft)}


def input_of(state: State) -> Input:
    """Check the input here too: Studio passes on what it is given, defaults left out."""
    return Input.model_validate(state)


def headline_of(brief: Input) -> str:
    return f"{brief.product}: {brief.points[0]}"


def brief_text(brief: Input) -> str:
    return brief_of(brief.product, brief.audience, brief.tone, brief.points)


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    [
        Branch(subjects, timeout=180, attempts=2, fallback=plain_subject),
        Branch(body, timeout=180, attempts=2),
        Branch(image, timeout=130, attempts=2, fallback=card, required=False),
    ],
    join=assemble,
)
graph = builder.compile(name="campaign")
