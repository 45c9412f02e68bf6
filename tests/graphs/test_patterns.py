"""Every block of docs/patterns.md, run as written, and what happens when one call fails once."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from langchain_openai.chat_models._client_utils import _cached_async_httpx_client

from tests.conftest import ROOT
from tests.model_answers import Answer, all_received
from tests.model_server import ModelServer

pytestmark = pytest.mark.anyio

BLOCKS = re.findall(
    r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```",
    (ROOT / "docs" / "patterns.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
SEQUENCE, *PARALLEL = [name for name, _ in BLOCKS]
KIT = "The kit"
FOR, AGAINST, WEIGH = "What speaks for", "What speaks against", "Weigh this"

Ask = Callable[[], Awaitable[Any]]


@asynccontextmanager
async def written(heading: str) -> AsyncIterator[Ask]:
    """Yield what asks the graph, or the chain, below a heading."""
    names: dict[str, Any] = {}
    exec(dict(BLOCKS)[heading], names)
    runnable = names.get("graph") or names["chain"]
    try:
        yield lambda: runnable.ainvoke({"question": "wind?"})
    finally:
        await names["model"].root_async_client.close()
        _cached_async_httpx_client.cache_clear()  # the next test has another event loop


def answer_of(result: Any) -> str:
    return str(result["answer"] if isinstance(result, dict) else result.text)


def test_page_has_a_block_for_each_form_that_is_run() -> None:
    assert (SEQUENCE, len(PARALLEL), PARALLEL[-1]) == ("A sequence of two nodes", 3, KIT)


async def test_sequence_asks_one_after_the_other(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="for"), prompt=FOR)
    model_server.answer(Answer(text="against"), prompt=AGAINST)
    model_server.answer(Answer(text="both"), prompt=WEIGH)

    async with written(SEQUENCE) as ask:
        assert answer_of(await ask()) == "both"

    ends = [(call.started, call.ended) for call in model_server.calls]
    assert all(end <= start for (_, end), (start, _) in pairwise(ends) if end)


@pytest.mark.parametrize("form", PARALLEL)
async def test_parallel_form_asks_both_at_once(form: str, model_server: ModelServer) -> None:
    model_server.answer(Answer(text="for", when=all_received(2)), prompt=FOR)
    model_server.answer(Answer(text="against", when=all_received(2)), prompt=AGAINST)
    model_server.answer(Answer(text="both"), prompt=WEIGH)

    async with written(form) as ask:
        assert answer_of(await ask()) == "both"
    assert len(model_server.calls) == 3


@pytest.mark.parametrize("form", [SEQUENCE, *PARALLEL])
async def test_call_that_fails_once_costs_what_the_table_says(
    form: str, model_server: ModelServer
) -> None:
    model_server.answer(Answer(status=500, when=all_received(2)), prompt=AGAINST, times=1)
    for prompt in (FOR, AGAINST, WEIGH):
        model_server.answer(Answer(text="fine"), prompt=prompt, may_be_unused=True)
    async with written(form) as ask:
        try:
            await ask()
            failed = False
        except Exception:  # noqa: BLE001 - each form raises an error of its own
            failed = True
        first = len(model_server.calls)
        if failed:
            await ask()

    assert failed is (form != KIT)
    assert len(model_server.calls) - first == (3 if failed else 0)
    assert first == (4 if form == KIT else 2)
