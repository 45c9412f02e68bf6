"""The route of specialists: the model's choice of who is asked, and what becomes of a bad one."""

import asyncio

import pytest

from graphs.kit.model.answers import REPAIR
from graphs.kit.model.errors import AnswerOutOfShape
from graphs.specialists import REMITS
from tests.graphs.specialists.test_graph import REFUSED, ROUTER, routing, run
from tests.model_answers import Answer
from tests.model_server import ModelServer


def test_an_unroutable_question_says_so_and_what_there_is(model_server: ModelServer) -> None:
    model_server.answer(routing(), prompt=ROUTER)

    output = asyncio.run(run("How long should I boil an egg?"))

    assert output.answer.startswith("Nobody here can answer that.")
    assert all(name in output.answer for name in REMITS)
    assert (output.routed_to, output.opinions, output.missing) == ([], [], [])
    assert len(model_server.calls) == 1


def test_a_router_that_is_refused_fails_the_run_at_once(model_server: ModelServer) -> None:
    model_server.answer(REFUSED, prompt=ROUTER)

    with pytest.raises(Exception, match="401"):
        asyncio.run(run())

    assert len(model_server.calls) == 1


def test_a_busy_router_is_asked_again(model_server: ModelServer) -> None:
    model_server.answer(Answer(status=503), prompt=ROUTER, times=1)
    model_server.answer(routing("law"), prompt=ROUTER)

    output = asyncio.run(run())

    assert output.routed_to == ["law"]


@pytest.mark.parametrize(
    "text",
    ["law, I think", '{"needs": "help", "specialists": ["astrology"]}'],
    ids=["out of shape", "unknown specialist"],
)
def test_a_route_out_of_shape_is_repaired_once(text: str, model_server: ModelServer) -> None:
    model_server.answer(routing("law"), prompt=REPAIR)
    model_server.answer(Answer(text=text), prompt=ROUTER)

    output = asyncio.run(run())

    assert output.routed_to == ["law"]
    assert len(model_server.calls_with(ROUTER)) == 2


def test_a_router_that_insists_on_an_unknown_specialist_fails_the_run(
    model_server: ModelServer,
) -> None:
    model_server.answer(routing("astrology"), prompt=ROUTER)

    with pytest.raises(AnswerOutOfShape, match="is no Route: specialists"):
        asyncio.run(run())

    assert not model_server.calls_with("You advise")


def test_the_router_does_not_improvise_unless_told(model_server: ModelServer) -> None:
    asyncio.run(run())

    assert model_server.calls[0].body["temperature"] == 0
