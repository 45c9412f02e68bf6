"""What the tests' model server answers, and how it looks on the wire, faults included."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from llmock.schema import example_for

from tests.image_answers import asks_for_an_image, image_body
from tests.moderation_answers import asks_for_moderation, moderation_body, moderation_prompt
from tests.patience import SECONDS
from tests.plan_answers import PLAN

BY_SHAPE = {"Plan": PLAN}
"""Answers by the shape's name, where one made up from the shape would be unfit."""

NEVER = 3600
"""Seconds that no test lasts."""

MALFORMED = b'{"choices": [{'


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one request gets; by default a good answer in the shape that was asked for."""

    text: str | None = None
    """The model's words; made up, valid for the schema in the request, when left out."""

    status: int = 200
    retry_after: float | None = None
    delay: float = 0
    """Seconds before the first byte; a large one is a stall."""

    when: "When | None" = None
    """Held until this is true of the requests so far."""

    rest_when: threading.Event | None = None
    """The second half of a stream is held until this is set."""

    model: str | None = None
    """The name the answer gives the model; the one that was asked for, when left out."""

    finish_reason: str = "stop"
    fault: Literal["hang_up", "cut", "malformed", "unfinished"] | None = None
    """No byte at all · half of the body · a body that is no JSON · a stream that ends too early."""


@dataclass
class Call:
    """One request to the model, as the server saw it; times are monotonic seconds."""

    body: dict[str, Any]
    started: float
    ended: float | None = None
    client_left: bool = False
    """The client closed the connection before its answer was complete."""

    @property
    def prompt(self) -> str:
        if asks_for_an_image(self.body):
            return str(self.body["prompt"])
        if asks_for_moderation(self.body):
            return moderation_prompt(self.body)
        return "\n".join(str(message["content"]) for message in self.body["messages"])


When: TypeAlias = Callable[[Sequence[Call]], bool]
"""What an answer waits for, so that a test knows what came before it."""


def all_received(number: int, prompt: str = "") -> When:
    """True once so many requests with this prompt have come in."""
    return lambda calls: sum(prompt in call.prompt for call in calls) >= number


def all_answered(*prompts: str) -> When:
    """True once a request with each prompt has its answer."""
    return lambda calls: all(
        any(prompt in call.prompt and call.ended for call in calls) for prompt in prompts
    )


async def send_answer(writer: asyncio.StreamWriter, call: Call, answer: Answer) -> bool:
    """Write the answer; False when the connection must not be used again."""
    await asyncio.sleep(answer.delay)
    if answer.fault == "hang_up":
        return False
    if answer.status == 200 and call.body.get("stream"):
        return await _send_stream(writer, call, answer)
    body = MALFORMED if answer.fault == "malformed" else json.dumps(_body(call, answer)).encode()
    retry = f"Retry-After: {answer.retry_after}\r\n" if answer.retry_after is not None else ""
    writer.write(
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{retry}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    writer.write(body[: len(body) // 2] if answer.fault == "cut" else body)
    await writer.drain()
    return answer.fault != "cut"


async def _send_stream(writer: asyncio.StreamWriter, call: Call, answer: Answer) -> bool:
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async for data in _events(call, answer):
        chunk = b"data: " + data + b"\n\n"
        writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await writer.drain()
    if answer.fault == "cut":
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


async def _events(call: Call, answer: Answer) -> AsyncIterator[bytes]:
    words = _text(call, answer).split(" ")
    pieces = [words[0], *(f" {word}" for word in words[1:])]
    half = (len(pieces) + 1) // 2
    for piece in pieces[:half]:
        yield _chunk(call, [{"index": 0, "delta": {"role": "assistant", "content": piece}}])
    if answer.rest_when is not None:
        await asyncio.to_thread(answer.rest_when.wait, SECONDS)
    if answer.fault == "malformed":
        yield MALFORMED
    if answer.fault in ("cut", "unfinished"):
        return
    for piece in pieces[half:]:
        yield _chunk(call, [{"index": 0, "delta": {"content": piece}}])
    yield _chunk(call, [{"index": 0, "delta": {}, "finish_reason": answer.finish_reason}])
    if call.body.get("stream_options", {}).get("include_usage"):
        yield _chunk(call, [], usage=_usage(call, answer))
    yield b"[DONE]"


def _chunk(call: Call, choices: list[dict[str, Any]], **more: Any) -> bytes:
    head = {"id": "chat-1", "object": "chat.completion.chunk", "created": 0}
    return json.dumps({**head, "model": call.body["model"], "choices": choices, **more}).encode()


def _body(call: Call, answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        message = answer.text or f"scripted {answer.status}"
        return {"error": {"message": message, "type": "scripted"}}
    if asks_for_an_image(call.body):
        return image_body(answer.text)
    if asks_for_moderation(call.body):
        return moderation_body(call.body, answer.text)
    reply = {"role": "assistant", "content": _text(call, answer)}
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 0,
        "model": answer.model or call.body["model"],
        "choices": [{"index": 0, "message": reply, "finish_reason": answer.finish_reason}],
        "usage": _usage(call, answer),
    }


def _text(call: Call, answer: Answer) -> str:
    if answer.text is not None:
        return answer.text
    shape = call.body.get("response_format")
    if shape and shape["type"] == "json_schema":
        schema = shape["json_schema"]
        return json.dumps(BY_SHAPE.get(schema["name"]) or example_for(schema["schema"]))
    return f"Answer number {len(call.prompt)} from the test model."


def _usage(call: Call, answer: Answer) -> dict[str, int]:
    read, written = len(call.prompt.split()), len(_text(call, answer).split())
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
