"""What LangGraph is called with for a run: input, context and config, made of the request's JSON.

Everything is a copy: nodes may change what they get, and a retry must find the request as it was.
"""

from copy import copy
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from app.graphs.contracts import copy_of
from app.graphs.occasion import Occasion
from app.graphs.registry import GraphEntry
from app.runs.request import ANY_QUESTION, RunRequest
from app.runs.run import Run


def graph_input_of(entry: GraphEntry, request: RunRequest) -> Any:
    """Return the input, answers to questions, or None to continue from a checkpoint."""
    if request.answers is not None:
        answers = copy_of(request.answers)
        return Command(resume=answers.get(ANY_QUESTION, answers))
    return None if request.graph_input is None else entry.input.to_state(request.graph_input)


def context_of(entry: GraphEntry, request: RunRequest) -> Any:
    """Return the context as JSON, of which LangGraph makes an object where the schema is a class.

    A graph with a context gets its defaults where the request has none.
    """
    return None if entry.context is None else copy_of(request.context or {})


def config_of(
    entry: GraphEntry, run: Run, *, recursion_limit: int, steps_made: int | None = None
) -> RunnableConfig:
    """Return the caller's config, with the run's ids in its metadata.

    The limit is for a graph and a request that set none; the steps are those of earlier attempts.
    """
    has_limit = "recursion_limit" in (entry.graph.config or {})
    sent: dict[str, Any] = copy_of(run.request.config or {})
    limit = {} if has_limit else {"recursion_limit": recursion_limit}
    config = cast("RunnableConfig", {**limit, **sent})
    config["configurable"] = {
        **sent.get("configurable", {}),
        **_wire(entry, run.request, steps_made),
    }
    config["metadata"] = {**sent.get("metadata", {}), "graph_id": entry.id, "run_id": run.id}
    return config


def occasion_of(entry: GraphEntry, request: RunRequest, config: RunnableConfig) -> Occasion:
    """Return what a factory gets for a run; the context is in the config, too, as for LangGraph's.

    It may change what it gets: the run has a config of its own.
    """
    context = context_of(entry, request)
    settings = context if isinstance(context, dict) else {}
    own = cast("RunnableConfig", {key: copy(value) for key, value in config.items()})
    own["configurable"] = {**settings, **config["configurable"]}
    return Occasion(own, context, entry.graph.store, is_run=True, owner=request.owner)


def _wire(entry: GraphEntry, request: RunRequest, steps_made: int | None) -> dict[str, Any]:
    """Return what the kit reads of a run (docs/wire, config); nothing for a graph without it."""
    config: dict[str, Any] = {}
    if request.deadline is not None:
        config["deadline"] = request.deadline
    if request.reuse:
        config["reuse"] = dict(request.reuse)
    if request.bypasses_cache or request.again:
        config["cache"] = "bypass"
    if steps_made is not None:
        config["steps_made"] = steps_made
    return {"fanjoin": config} if config and entry.shape.has_fan_out else {}
