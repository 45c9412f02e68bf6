"""A chat model's server that costs next to nothing: it answers after half a second, whoever asks.

It speaks as much of OpenAI's HTTP as a graph needs, on a bare asyncio protocol, so that hundreds of
calls at once measure the service and not this server. A prompt that contains `PATIENCE` waits for
minutes.
"""

import asyncio
import json
import sys
from typing import Any, cast

import uvloop
from llmock.schema import example_for

from tests.plan_answers import PLAN

PATIENCE = "the patience of glaciers"

_SECONDS = 0.5
_PATIENT_SECONDS = 300.0
_WORDS = "The tide rises and falls twice a day, and whoever waits for it need not hurry. " * 3
_CHOICES = {
    "Route": {"needs": "advice on law and on money", "specialists": ["law", "money"]},
    "Plan": {"tasks": PLAN["tasks"][:3]},
}
"""Answers by the shape's name, where one made up from the shape would choose nothing."""

_HEAD_END = b"\r\n\r\n"


class ModelProtocol(asyncio.Protocol):
    """One client's connection, one request after another."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self._answers = answers
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(_HEAD_END)
        if not separator or len(rest) < _length(head):
            return
        self._received = b""
        seconds = _PATIENT_SECONDS if PATIENCE.encode() in rest else _SECONDS
        asyncio.get_running_loop().call_later(seconds, self._send, self._answer(rest))

    def _answer(self, body: bytes) -> bytes:
        shape = json.loads(body).get("response_format", {}).get("json_schema", {})
        key = json.dumps(shape)  # not its name: an agent's steps differ by the tools it has
        if key not in self._answers:
            self._answers[key] = _response(shape.get("name", ""), shape.get("schema"))
        return self._answers[key]

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _response(name: str, schema: dict[str, Any] | None) -> bytes:
    text = _WORDS if schema is None else json.dumps(_CHOICES.get(name) or example_for(schema))
    message = {"role": "assistant", "content": text}
    body = json.dumps(
        {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 0,
            "model": "bench",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _HEAD_END + body


async def serve(port: int) -> None:
    answers: dict[str, bytes] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: ModelProtocol(answers), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
