"""A conversation, in every form in which a message may be sent."""

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"messages": [{"role": "user", "content": "hi"}]}),
    Example({"messages": ["hi", "there"]}),
    Example({"messages": "hi"}),
    Example({"messages": {"role": "user", "content": "hi"}}),
    Example({"messages": [["user", "hi"]]}),
    Example(
        {
            "messages": [
                {"type": "system", "content": "Be brief.", "id": "s1"},
                {"type": "human", "content": "hi", "id": "m1", "name": "ann"},
                {"role": "assistant", "content": "hello", "id": "a1"},
                {"role": "user", "content": "again", "additional_kwargs": {"lang": "de"}},
            ]
        }
    ),
    Example(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is this?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                    ],
                }
            ]
        }
    ),
    Example({"messages": []}),
]


def answer(state: MessagesState) -> dict[str, Any]:
    count = len(state["messages"])
    return {
        "messages": [
            AIMessage(
                f"I saw {seen(state)}",
                id=f"answer-{count}",
                response_metadata={"model_name": "none"},
                usage_metadata={
                    "input_tokens": count,
                    "output_tokens": 1,
                    "total_tokens": count + 1,
                },
            )
        ]
    }


builder = StateGraph(MessagesState)
builder.add_node(answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
