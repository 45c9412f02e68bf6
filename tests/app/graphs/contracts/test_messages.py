"""Messages in an input are taken in every form LangGraph takes."""

import operator
from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage
from langgraph.graph import MessagesState
from typing_extensions import TypedDict

from tests.app.graphs.contracts.inputs import contract, refused


class Chat(TypedDict, total=False):
    reduced: Annotated[list[AnyMessage], operator.add]
    plain: Sequence[BaseMessage]
    last: BaseMessage | None


@pytest.mark.parametrize(
    "sent",
    [
        "hi",
        ["hi"],
        {"role": "user", "content": "hi"},
        [{"type": "human", "content": "hi", "id": "m1"}],
        [["user", "hi"]],
        [HumanMessage("hi").model_dump()],
    ],
)
def test_every_form_of_a_message_is_taken_and_stored_as_it_is(sent: Any) -> None:
    of = contract(Chat)

    accepted = of.accept({"reduced": sent, "plain": sent})

    assert accepted == {"reduced": sent, "plain": sent}
    for messages in of.to_state(accepted).values():
        assert [(message.type, message.content) for message in messages] == [("human", "hi")]


def test_single_message_is_an_object_and_null_stays_null() -> None:
    of = contract(Chat)

    assert of.to_state(of.accept({"last": {"role": "ai", "content": "x"}}))["last"].type == "ai"
    assert of.to_state(of.accept({"last": None})) == {"last": None}


def test_add_messages_gets_the_json_itself() -> None:
    sent = {
        "messages": [
            {"role": "user", "content": "hi"},
            {"type": "remove", "content": "", "id": "1"},
        ]
    }

    assert contract(MessagesState).to_state(contract(MessagesState).accept(sent)) == sent


@pytest.mark.parametrize("sent", [[{"role": "nobody", "content": "x"}], 3, [3], [{"role": "user"}]])
def test_what_is_no_message_is_refused(sent: Any) -> None:
    assert "input.messages" in refused(contract(MessagesState), {"messages": sent})
