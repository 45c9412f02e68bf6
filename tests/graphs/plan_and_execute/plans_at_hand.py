"""What the tests of `plan_and_execute` have in common: scripted plans, and a run to its output."""

import json
from typing import Any

from langchain_core.runnables import RunnableConfig
from pydantic import TypeAdapter

from graphs.kit.model.contexts import ModelContext
from graphs.plan_and_execute.graph import Output, graph
from graphs.plan_and_execute.progress import TaskRow
from tests.graphs.sending import sent
from tests.model_answers import Answer
from tests.plan_answers import task

PLANNER = "You plan how to reach a goal"
WORKER = "You do one task"
CALCULATOR = "You write the arithmetic"
SEARCHER = "You write what to type"
EDITOR = "You write the answer to a goal"
CRITIC = "You check whether an answer"

REFUSED = Answer(status=401)
CHAIN = [task("a"), task("b", "a"), task("c", "b")]


def doing(task_id: str) -> str:
    return f"<task>Do {task_id}.</task>"


def planned(*tasks: dict[str, Any]) -> Answer:
    return Answer(text=json.dumps({"tasks": tasks}))


def sent_back(missing: str = "Say the price.", tool: str = "none") -> Answer:
    return Answer(text=json.dumps({"missing": missing, "tool": tool, "approved": False}))


def given(text: str) -> Answer:
    return Answer(text=json.dumps({"input": text}))


async def run(
    goal: str = "Reach it.", *, config: RunnableConfig | None = None, **how: Any
) -> Output:
    result = await graph.ainvoke(sent(goal=goal, **how), config, context=ModelContext())
    return TypeAdapter(Output).validate_python(result)


def rows(output: Output) -> dict[str, TaskRow]:
    return {row["id"]: row for row in output.tasks}


def statuses(output: Output) -> dict[str, tuple[str, int | None]]:
    return {row["id"]: (row["status"], row["wave"]) for row in output.tasks}
