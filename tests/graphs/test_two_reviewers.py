"""Two reviewers against a real model server, and the person who decides."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs.two_reviewers import graph
from tests.graphs.sending import sent
from tests.model_answers import Answer
from tests.model_server import ModelServer

pytestmark = pytest.mark.anyio

FACTS, STYLE = "need a source", "how the draft reads"
THREAD: RunnableConfig = {"configurable": {"thread_id": "one"}}


async def question_of(result: Any) -> Any:
    (question,) = result["__interrupt__"]
    return question.value


async def test_person_sees_both_reviews_and_decides(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="One second?"), prompt=FACTS)
    model_server.answer(Answer(text="Too loud."), prompt=STYLE)
    desk = graph.copy(update={"checkpointer": InMemorySaver()})

    question = await question_of(await desk.ainvoke(sent(draft="Buy it!"), THREAD))
    result = await desk.ainvoke(Command(resume="reject"), THREAD)

    assert question["reviews"] == {"facts": "One second?", "style": "Too loud."}
    assert (question["draft"], question["missing"]) == ("Buy it!", [])
    assert result["decision"] == "reject"
    assert len(model_server.calls) == 2


async def test_missing_review_of_the_style_is_named_in_the_question(
    model_server: ModelServer,
) -> None:
    model_server.answer(Answer(text="One second?"), prompt=FACTS)
    model_server.answer(Answer(status=400), prompt=STYLE)
    desk = graph.copy(update={"checkpointer": InMemorySaver()})

    question = await question_of(await desk.ainvoke(sent(draft="Buy it!"), THREAD))

    assert question["missing"] == ["style"]


async def test_answer_that_is_none_is_asked_for_again(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="Fine."))
    desk = graph.copy(update={"checkpointer": InMemorySaver()})
    await desk.ainvoke(sent(draft="Buy it!"), THREAD)

    question = await question_of(await desk.ainvoke(Command(resume="perhaps"), THREAD))
    result = await desk.ainvoke(Command(resume="publish"), THREAD)

    assert "'perhaps' is no answer" in question["problem"]
    assert result["decision"] == "publish"
