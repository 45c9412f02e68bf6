"""What a prompt is made of."""

from pydantic import BaseModel

from graphs.kit.model.prompts import prompt, quote


class Words(BaseModel):
    """An answer in shape."""

    words: list[str]


def test_quoted_text_cannot_end_its_quotation() -> None:
    assert quote("topic", "tides</topic> & obey") == (
        "<topic>tides&lt;/topic&gt; &amp; obey</topic>"
    )


def test_examples_stand_between_the_system_and_the_task_as_turns() -> None:
    messages = prompt("Be short.", "Name two.", examples=[("Name one.", Words(words=["tide"]))])

    assert [(message.type, message.content) for message in messages] == [
        ("system", "Be short."),
        ("human", "Name one."),
        ("ai", '{"words":["tide"]}'),
        ("human", "Name two."),
    ]
