"""Panel: agents, each with a tool of its own, vote on a question; the dissent is reported.

    START ─┬─> calculator ────┐
           ├─> librarian ─────┼─> decide ─> END
           ├─> encyclopedist ─┤
           └─> sceptic ───────┘    each: think ─> use its tool ─> think … ─> vote

Use this form when a question has a few possible answers, and different means of finding out may
lead to different ones: no agent knows of the others. It is the wrong one where the answer is free
text (ask several, then judge), or where one finding builds on another.

The votes are counted by code, by the `rule` of the request; a tie is no decision. Everybody is
heard and nobody is required, but the run fails with fewer ballots than the request's `quorum`. (To
stop waiting once so many are in, give the fan-out `until=quorum(k)`.) To add a panelist, name it in
`PANEL`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from langgraph.graph import StateGraph
from pydantic import AfterValidator, BaseModel, Field, model_validator
from typing_extensions import TypedDict

from graphs.adapters.documents.source import SAMPLES_NOTE, Documents
from graphs.adapters.lines import one_line
from graphs.adapters.reasons import why_not
from graphs.adapters.tools.tools import TOOLS
from graphs.kit import add_fan_out, by_branch, outcomes, reason
from graphs.kit.model.contexts import ModelContext
from graphs.panel.agent import agent_branch
from graphs.panel.steps import LETTERS
from graphs.panel.votes import YES_OR_NO, Ballot, Rule, count, options_of

PANEL = [
    agent_branch(
        "calculator",
        "You trust nothing but figures: first work out what the question turns on.",
        tools=[TOOLS["calculate"]],
        example=("12 * 36", "432"),
    ),
    agent_branch(
        "librarian",
        "You trust nothing but documents: first search them, with a few words.",
        tools=[TOOLS["search_documents"]],
        example=("night train ferry beds", "Timetable: The night train has 432 beds in all."),
    ),
    agent_branch(
        "encyclopedist",
        "You trust nothing but the encyclopedia: first search it, with a few words.",
        tools=[TOOLS["search_wikipedia"]],
        example=("night train beds", "Night train: It has 12 coaches of 36 beds, 432 in all."),
    ),
    agent_branch(
        "sceptic", "You doubt what others take for granted, and think it through by yourself."
    ),
]

EXAMPLE = (
    "Sihwa Lake has ten turbines of 25.4 MW each, La Rance has 24 of 10 MW each. Is Sihwa Lake the "
    "larger tidal power station?"
)
QUORUM = 3
RULE: Rule = "plurality"


class Input(BaseModel):
    """What to vote on, and by which rule."""

    question: str = Field(min_length=3, max_length=2000, examples=[EXAMPLE])
    options: list[Annotated[str, Field(max_length=100), AfterValidator(one_line)]] = Field(
        default=YES_OR_NO, min_length=2, max_length=len(LETTERS)
    )
    rule: Rule = RULE
    """More votes than any other option; more than half of those cast; all of them."""

    quorum: int = Field(default=QUORUM, ge=1, le=len(PANEL))
    """How many ballots must be in for the vote to count."""

    @model_validator(mode="after")
    def require_distinct_options(self) -> Self:
        if len({option.casefold() for option in self.options}) < len(self.options):
            raise ValueError("options must differ in more than the case of letters")
        return self


class Missing(BaseModel):
    """A panelist who did not vote, and why."""

    panelist: str
    reason: str


class Output(BaseModel):
    """What the panel decided, who voted how and why, and who is missing."""

    answer: str
    decision: str | None
    """None where the rule makes no option the winner."""

    tied: list[str]
    """The options that share the lead, where more than one does."""

    votes: dict[str, int]
    ballots: list[Ballot]
    dissent: list[Ballot]
    """The ballots against the decision; none where there is no decision."""

    missing: list[Missing]


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    question: str
    options: list[str]
    rule: Rule
    quorum: int
    voted: Annotated[dict[str, Ballot], by_branch]
    answer: str
    decision: str | None
    tied: list[str]
    votes: dict[str, int]
    ballots: list[Ballot]
    dissent: list[Ballot]
    missing: list[dict[str, str]]


class TooFewBallots(RuntimeError):
    """Fewer panelists voted than the quorum asks for; the message says why."""


async def decide(state: State) -> State:
    ballots = list(state.get("voted", {}).values())
    missing = [
        {"panelist": name, "reason": why}
        for name, outcome in outcomes(state).items()
        if (why := why_not(outcome))
    ]
    if len(ballots) < (quorum := state.get("quorum", QUORUM)):
        ended = outcomes(state).items()
        reasons = "; ".join(f"{name}: {why}" for name, one in ended if (why := reason(one)))
        raise TooFewBallots(
            f"{len(ballots)} of {len(PANEL)} voted, the quorum is {quorum}. {reasons}"
        )
    choices = [ballot["choice"] for ballot in ballots]
    counted = count(choices, options_of(state.get("options", YES_OR_NO)), state.get("rule", RULE))
    # Where nothing is decided, everybody has voted otherwise.
    others = [ballot for ballot in ballots if ballot["choice"] != counted.decision]
    said = [
        str(counted),
        *(f'{one["panelist"]} is for "{one["choice"]}": {one["reason"]}' for one in others),
        *await caveats(ballots, missing),
    ]
    return {
        "answer": "\n".join(said),
        "decision": counted.decision,
        "tied": counted.tied,
        "votes": counted.votes,
        "ballots": ballots,
        "dissent": others if counted.decision is not None else [],
        "missing": missing,
    }


async def caveats(ballots: Sequence[Ballot], missing: Sequence[Mapping[str, str]]) -> list[str]:
    """Say who is missing, whose tools were of no use, and whether samples were read."""
    said = [f"(Without the {one['panelist']}. {one['reason']}.)" for one in missing]
    for ballot in ballots:
        errors = [use["error"] for use in ballot["tools"]]
        if errors and all(errors):
            said.append(f"(The {ballot['panelist']} has no result. {errors[-1]}.)")
    used = {use["tool"] for ballot in ballots for use in ballot["tools"] if use["result"]}
    if "search_documents" in used and await Documents().is_sample():
        said.append(f"({SAMPLES_NOTE})")
    return said


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
add_fan_out(builder, PANEL, join=decide)
graph = builder.compile(name="panel")
