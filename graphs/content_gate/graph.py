"""Content gate: a submission is checked three ways side by side, then accepted or rejected.

    START ─┬─> format ───┐
           ├─> database ─┼─> decide ─> END
           └─> content ──┘

Use this form when several independent checks must all be passed and whoever is turned down should
learn every reason at once. It is the wrong one where a check is dear and a cheap one should come
first: that is a chain. A check that finds a fault has done its work, so it is a result, not a
failure; with `fail_fast` the first such result ends the other checks, and their calls. A check that
could not be made is a failure: what is not rejected is then `undecided`, never passed.

The database is FANJOIN_CONTENT_DATABASE_URL (its tables: graphs/content_gate/lookup/schema.sql);
until it is set a sample. Content is judged by OpenAI's moderation, or the one
FANJOIN_MODERATION_MODEL names; without either by the chat model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.adapters.reasons import why_not
from graphs.content_gate.lookup.database_check import check_database, database_name
from graphs.content_gate.moderation.chat_judge import TooLongToJudge, judge
from graphs.content_gate.moderation.endpoint import NoModeration, moderate
from graphs.content_gate.submissions.format_check import check_format
from graphs.content_gate.submissions.rules import Rules
from graphs.content_gate.submissions.submission import CheckName, Reason, Submission
from graphs.kit import Branch, add_fan_out, by_branch, decided, outcomes
from graphs.kit.model.contexts import ModelContext
from graphs.kit.model.models import chat_model

CHECKS: list[CheckName] = list(get_args(CheckName))

WALK = Submission(
    author_id="ada",
    kind="article",
    title="A harbour walk at low tide",
    body=(
        "Leave the car at the church and follow the sea wall west. At low tide you can cross the "
        "sand to the old lighthouse; allow an hour each way, since the water comes back fast."
    ),
    links=["https://example.org/tides"],
)


class Input(BaseModel):
    """What was sent in, the rules of its form, and whether the first fault is enough."""

    submission: Submission = Field(examples=[WALK.model_dump()])
    rules: Rules = Rules()
    fail_fast: bool = Field(default=False, examples=[False])


class Finding(TypedDict):
    """What one check found, and what it was made with."""

    reasons: list[dict[str, Any]]
    made_with: str


class Check(BaseModel):
    """How one check ended: its faults are among the reasons."""

    name: CheckName
    result: Literal["passed", "found faults", "not made"]
    made_with: str | None
    why_not_made: str | None


class Output(BaseModel):
    """The decision, in words too, with every reason and every check."""

    decision: Literal["accept", "reject", "undecided"]
    summary: str
    reasons: list[Reason]
    checks: list[Check]


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    submission: dict[str, Any]
    rules: dict[str, Any]
    fail_fast: bool
    findings: Annotated[dict[CheckName, Finding], by_branch]
    decision: str
    summary: str
    reasons: list[dict[str, Any]]
    checks: list[dict[str, Any]]


@dataclass
class GateContext(ModelContext):
    """The model that judges where there is no moderation; at 0 it says the same every time."""

    temperature: float = 0.0


def format_(state: State) -> State:
    rules = Rules.model_validate(state.get("rules", {}))
    return findings_of(
        "format", check_format(submission_of(state), rules), "the rules of the request"
    )


async def database(state: State) -> State:
    return findings_of("database", await check_database(submission_of(state)), database_name())


async def content(state: State, runtime: Runtime[ModelContext]) -> State:
    texts = texts_of(submission_of(state))
    if not texts:
        return findings_of("content", [], "nothing, since there is no text")
    try:
        reasons, model = await moderate(texts)
    except NoModeration as missing:
        context = runtime.context or GateContext()  # None when a caller brings none
        chat = chat_model(max_tokens=150, model=context.model, temperature=context.temperature)
        with_chat = f"the chat model {chat.model_name}, since {missing}"
        return findings_of("content", await judge(texts, chat), with_chat)
    return findings_of("content", reasons, f"the moderation model {model}")


def rejects_at_once(given: State, update: Mapping[str, Any]) -> bool:
    """Tell whether a check's result ends the others: a fault, where the first is enough."""
    findings: Mapping[CheckName, Finding] = update["findings"]
    return given.get("fail_fast", False) and any(one["reasons"] for one in findings.values())


async def decide(state: State) -> State:
    findings = state.get("findings", {})
    reasons = [fault for finding in findings.values() for fault in finding["reasons"]]
    ended = outcomes(state)
    why = {name: why_not(ended[name], own=[TooLongToJudge]) for name in CHECKS}
    checks = [check_of(name, findings.get(name), why[name]) for name in CHECKS]
    is_whole = all(check.result != "not made" for check in checks)
    decision = "reject" if reasons else "accept" if is_whole else "undecided"
    return {
        "decision": decision,
        "summary": f"{verdict_of(reasons, is_whole)} {'; '.join(map(summary_of, checks))}.",
        "reasons": reasons,
        "checks": [check.model_dump() for check in checks],
    }


def check_of(name: CheckName, finding: Finding | None, why_not: str | None) -> Check:
    if finding is None:
        return Check(name=name, result="not made", made_with=None, why_not_made=why_not)
    result = "found faults" if finding["reasons"] else "passed"
    return Check(name=name, result=result, made_with=finding["made_with"], why_not_made=None)


def verdict_of(reasons: list[dict[str, Any]], is_whole: bool) -> str:
    if reasons:
        return f"Rejected for {len(reasons)} reason{'s' if len(reasons) > 1 else ''}."
    if is_whole:
        return "Accepted."
    return "Undecided: no fault, but not every check could run."


def summary_of(check: Check) -> str:
    if check.result == "not made":
        return f"{check.name}: not made ({check.why_not_made})"
    return f"{check.name}: {check.result}, by {check.made_with}"


def submission_of(state: State) -> Submission:
    return Submission.model_validate(state["submission"])


def texts_of(submission: Submission) -> dict[str, str]:
    links = "\n".join(submission.links)
    texts = {"title": submission.title, "body": submission.body, "links": links}
    return {place: text for place, text in texts.items() if text.strip()}


def findings_of(name: CheckName, reasons: list[Reason], made_with: str) -> State:
    dumped = [one.model_dump() for one in reasons]
    return {"findings": {name: {"reasons": dumped, "made_with": made_with}}}


builder = StateGraph(State, GateContext, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    [
        Branch(format_, name="format"),
        Branch(database, timeout=15, attempts=2),
        Branch(content, timeout=180, attempts=2),
    ],
    join=decide,
    until=decided(by=rejects_at_once),
)
graph = builder.compile(name="content_gate")
