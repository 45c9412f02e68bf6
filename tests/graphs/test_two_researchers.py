"""Two researchers against a real model server."""

import pytest

from graphs.kit import RequiredBranchFailed
from graphs.two_researchers import graph
from tests.graphs.sending import sent
from tests.model_answers import Answer, all_received
from tests.model_server import ModelServer

pytestmark = pytest.mark.anyio

FOR, AGAINST, WEIGH = "speaks for it", "speaks against it", "Weigh both"


async def test_both_sides_are_studied_at_once_and_joined(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="It pays.", when=all_received(2)), prompt=FOR)
    model_server.answer(Answer(text="It hums.", when=all_received(2)), prompt=AGAINST)
    model_server.answer(Answer(text="It depends."), prompt=WEIGH)

    result = await graph.ainvoke(sent(question="Wind power?"))

    assert result == {
        "answer": "It depends.",
        "reports": {"advantages": "It pays.", "drawbacks": "It hums."},
    }
    (call,) = model_server.calls_with(WEIGH)
    assert "It pays." in call.prompt
    assert "It hums." in call.prompt


async def test_side_that_cannot_be_studied_fails_the_run_by_name(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="It pays."), prompt=FOR)
    model_server.answer(Answer(status=400), prompt=AGAINST)

    with pytest.raises(RequiredBranchFailed, match="drawbacks"):
        await graph.ainvoke(sent(question="Wind power?"))
