"""ChatOpenAI whose server may answer with anything: what is no answer is an error with a name.

LangChain trusts the shape of an answer. One without a choice is an IndexError to it, one with a
number for text a ValidationError that quotes it: errors of a program, which no attempt would fix.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

from graphs.kit.model.errors import AnswerOutOfShape, AnswerPastBounds

MOST_TOKENS = 1_000_000_000
"""Of one call; a server that counts more than this counts nothing."""

_WRONG_SHAPE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading an answer raises that is none; JSON, encoding and validation errors are values'."""

_WRONG_EVENT = (AttributeError, RecursionError, JSONDecodeError, UnicodeDecodeError)
"""What reading a stream raises; the others may be of the caller's making."""


class CheckedChatOpenAI(ChatOpenAI):
    """Raises AnswerOutOfShape for what is no answer; token counts that are none are left out."""

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with _named_errors():
            return super()._generate(messages, stop, run_manager, **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with _named_errors():
            return await super()._agenerate(messages, stop, run_manager, **kwargs)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        number = 0
        with _named_errors(_WRONG_EVENT):
            for number, chunk in enumerate(super()._stream(*args, **kwargs), start=1):  # noqa: B007
                yield chunk
        _require_chunks(number)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        number = 0
        with _named_errors(_WRONG_EVENT):
            async for chunk in super()._astream(*args, **kwargs):
                number += 1
                yield chunk
        _require_chunks(number)

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: Any = None
    ) -> ChatResult:
        with _named_errors(_WRONG_SHAPE):
            usage = getattr(response, "usage", None)
            if usage is not None and not _is_known(usage):
                response.usage = None  # type: ignore[union-attr]  # it has one
            result = super()._create_chat_result(response, generation_info)
        if not result.generations:
            raise AnswerOutOfShape("the model's server answered without a choice")
        return result

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: Any
    ) -> ChatGenerationChunk | None:
        with _named_errors(_WRONG_SHAPE):
            if not _is_known(chunk.get("usage")):
                chunk = {**chunk, "usage": None}
            return super()._convert_chunk_to_generation_chunk(
                chunk, default_chunk_class, base_generation_info
            )


@contextmanager
def _named_errors(errors: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Name what is wrong with an answer: one of the errors, or any after the answer came."""
    try:
        yield
    except (AnswerOutOfShape, AnswerPastBounds):
        raise
    except openai.APIConnectionError as error:
        causes = list(_causes_of(error))
        if given_up := next((one for one in causes if isinstance(one, AnswerPastBounds)), None):
            raise given_up from None
        server = error.request.url.netloc.decode()
        # In place, since its class says what it is; the cause's own words may quote the key.
        error.args = (f"{error.message.rstrip('.')}: {server} ({type(causes[-1]).__name__})",)
        raise
    except openai.OpenAIError:
        raise
    except Exception as error:
        # LangChain leaves the response on what it raises once it has one.
        if not isinstance(error, errors) and getattr(error, "response", None) is None:
            raise
        what = "JSON" if isinstance(error, JSONDecodeError | UnicodeDecodeError) else "answer"
        reason = " ".join(str(error).split())[:200]
        raise AnswerOutOfShape(
            f"the model's server sent what is no {what} ({type(error).__name__}: {reason})"
        ) from error


def _causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and what each was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


def _require_chunks(number: int) -> None:
    if number == 0:
        raise AnswerOutOfShape("the model's server sent a stream without an event")


def _is_known(usage: object) -> bool:
    """Whether what an answer counts of tokens can be true; what is left out counts as zero."""
    if isinstance(usage, openai.BaseModel):
        usage = usage.model_dump(warnings=False)
    if not isinstance(usage, dict):
        return False
    counts = (usage.get(name) for name in ("prompt_tokens", "completion_tokens"))
    details = [usage.get(f"{name}_tokens_details") for name in ("prompt", "completion")]
    return all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts) and all(
        detail is None or (isinstance(detail, dict) and all(map(_is_count, detail.values())))
        for detail in details
    )


def _is_count(value: object) -> bool:
    return value is None or (type(value) is int and 0 <= value <= MOST_TOKENS)
