"""Plan and execute: a planner writes a graph of tasks, done wave after wave until none is left.

    START ─> plan ─> next_wave ─> execute, once per ready task ─> collect
                      ^      ^                                       │
         one more task│      └──────────── more are ready ───────────┤
                      │                                              v
             END <─ judge <─ critic <─ present <─ write <──────── take_stock

Use this form when the parts of an answer build on one another, and which parts there are shows only
in the goal: a task waits for those it needs, and a wave for its slowest task. It is the wrong one
where the parts are known beforehand (a plain fan-out), or where one call to the model would do.

A plan that cannot be carried out goes back to the planner, which is told why. When it stays so, the
run fails and says why: a stand-in of one task would be a bare call to the model, passed off as a
plan. A task that fails is named with its reason, those that need it are skipped, the others go on;
the run fails when none has a result. The critic may ask for one more task, `max_revisions` times,
and is not asked again after that. An answer that no critic read, or results that nobody could put
together, still help and say so.
"""

from typing import Annotated, Any, Literal

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.adapters.documents.source import SAMPLES_NOTE, Documents
from graphs.adapters.reasons import why_not
from graphs.adapters.tools.errors import ToolError
from graphs.kit import Branch, add_fan_out, by_item, outcomes
from graphs.kit.model.contexts import ModelContext, model_for
from graphs.kit.state.outcomes import has_result
from graphs.plan_and_execute import critic as critics
from graphs.plan_and_execute import editor, planner, worker
from graphs.plan_and_execute.plan import MOST_TASKS, Task
from graphs.plan_and_execute.progress import TaskProgress, TaskRow, results, rows

TASKS = 6
REVISIONS = 1


class Input(BaseModel):
    """What to reach, and with how much effort."""

    goal: str = Field(
        min_length=3,
        max_length=2000,
        examples=["From our documents: do tidal barrages or stream turbines suit a small bay?"],
    )
    max_tasks: int = Field(default=TASKS, ge=1, le=MOST_TASKS)
    max_revisions: int = Field(
        default=REVISIONS, ge=0, le=3, description="Each adds a task; 0 does without a critic."
    )


class Missing(BaseModel):
    """A task without a result, and why."""

    task: str
    reason: str


class Output(BaseModel):
    """The answer, and how it came about."""

    answer: str
    tasks: list[TaskRow]
    waves: int
    revisions: int
    missing: list[Missing]


class TaskResult(TypedDict):
    """What one task led to."""

    task: str
    result: str


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    goal: str
    max_tasks: int
    max_revisions: int
    plan: list[Task]
    waves: int
    results: Annotated[list[TaskResult], by_item]
    progress: dict[str, TaskProgress]
    tasks: list[TaskRow]
    missing: list[dict[str, str]]
    written: str
    draft: str
    notes: list[str]
    critique: dict[str, Any]
    revisions: int
    answer: str


class NoTaskDone(RuntimeError):
    """No task of the plan has a result; the message says why."""


async def plan(state: State, runtime: Runtime[ModelContext]) -> State:
    most = state.get("max_tasks", TASKS)
    model = model_for(runtime, max_tokens=planner.max_tokens(most))
    tasks = await planner.make_plan(state["goal"], most_tasks=most, model=model)
    return {"plan": tasks, "progress": {}, "waves": 0, "revisions": 0, "draft": ""}


async def next_wave(state: State) -> State:
    return {"waves": state["waves"] + 1}


def ready_tasks(state: State) -> list[worker.Work]:
    return worker.ready_work(state["goal"], state["plan"], state["progress"])


async def execute(work: worker.Work, runtime: Runtime[ModelContext]) -> dict[str, TaskResult]:
    result = await worker.do(work, model_for(runtime, max_tokens=worker.MAX_TOKENS))
    return {"results": {"task": work["task"]["id"], "result": result}}


async def collect(state: State) -> State:
    by_task = {one["task"]: one["result"] for one in state["results"]}
    started = [work["task"]["id"] for work in ready_tasks(state)]
    latest: dict[str, TaskProgress] = {
        task: {
            "wave": state["waves"],
            "result": by_task.get(task),
            "error": why_not(outcome, own=[ToolError]),
        }
        for task, outcome in zip(started, outcomes(state).values(), strict=True)
    }
    return {"progress": {**state["progress"], **latest}}


def after_wave(state: State) -> Literal["next_wave", "take_stock"]:
    return "next_wave" if ready_tasks(state) else "take_stock"


async def take_stock(state: State) -> State:
    tasks = rows(state["plan"], state["progress"])
    missing = [{"task": row["id"], "reason": row["error"]} for row in tasks if row["error"]]
    if len(missing) == len(tasks):
        raise NoTaskDone(f"no task has a result. {listed(missing)}")
    return {"tasks": tasks, "missing": missing}


async def write(state: State, runtime: Runtime[ModelContext]) -> State:
    model = model_for(runtime, max_tokens=editor.MAX_TOKENS)
    return {"written": await editor.write_answer(state["goal"], results(state["progress"]), model)}


async def present(state: State) -> State:
    (written,) = outcomes(state).values()
    why = why_not(written)
    if not why:
        return {"draft": state["written"], "notes": []}
    if state["draft"]:
        return {"notes": [f"This is the answer as it was; it could not be revised: {why}."]}
    bare = "\n\n".join(f"{task}: {text}" for task, text in results(state["progress"]).items())
    return {
        "draft": bare,
        "notes": [f"These are the bare results; no answer could be written: {why}."],
    }


def reviewers(state: State) -> list[str]:
    is_heard = state["revisions"] < state.get("max_revisions", REVISIONS)
    return ["critic"] if is_heard and not state["notes"] else []


async def critic(state: State, runtime: Runtime[ModelContext]) -> State:
    model = model_for(runtime, max_tokens=critics.MAX_TOKENS)
    critique = await critics.criticise(state["goal"], state["draft"], model)
    return {"critique": critique.model_dump()}


async def judge(state: State) -> State:
    (review,) = outcomes(state).values()
    if has_result(review) and not state["critique"]["approved"]:
        more = critics.task_of(state["critique"], state["plan"], results(state["progress"]))
        return {"plan": [*state["plan"], more], "revisions": state["revisions"] + 1}
    notes = list(state["notes"])
    if why := why_not(review):
        notes.append(f"No critic has read this: {why}.")
    if state["missing"]:
        notes.append(f"Without some tasks. {listed(state['missing'])}.")
    has_searched = any(
        row["tool"] == "search_documents" and row["result"] for row in state["tasks"]
    )
    if has_searched and await Documents().is_sample():
        notes.append(SAMPLES_NOTE)
    return {"answer": "\n\n".join([state["draft"], *(f"({note})" for note in notes)])}


def after_review(state: State) -> Literal["next_wave", "__end__"]:
    return "next_wave" if ready_tasks(state) else "__end__"


def listed(missing: list[dict[str, str]]) -> str:
    return "; ".join(f"{one['task']}: {one['reason']}" for one in missing)


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
builder.add_node(take_stock)
# A fan-out of one, so that a retry of the run is handed its plan.
add_fan_out(builder, [Branch(plan, timeout=180, attempts=2)], join=next_wave, target=None)
add_fan_out(
    builder,
    Branch(execute, required=False, timeout=180, attempts=2),
    over=ready_tasks,
    join=collect,
    source="next_wave",
    target=None,
    max_at_once=4,
)
builder.add_conditional_edges("collect", after_wave)
add_fan_out(
    builder,
    [Branch(write, required=False, timeout=180, attempts=2)],
    join=present,
    source="take_stock",
    target=None,
)
add_fan_out(
    builder,
    [Branch(critic, required=False, timeout=180, attempts=2)],
    join=judge,
    source="present",
    choose=reviewers,
    target=None,
)
builder.add_conditional_edges("judge", after_review)
graph = builder.compile(name="plan_and_execute")
