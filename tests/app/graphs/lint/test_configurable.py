"""Which settings code reads from `config["configurable"]`, in every way people write it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig, ensure_config
from langgraph.config import get_config
from pydantic import BaseModel

from app.graphs.lint.configurable import EVERY_KEY
from app.graphs.lint.source import read_source


class Settings(BaseModel):
    depth: int = 1


@dataclass
class Handed:
    depth: int

    @classmethod
    def of(cls, config: RunnableConfig) -> "Handed":
        return cls(config["configurable"]["depth"])


def by_subscripts(state: Any, config: RunnableConfig) -> Any:
    return config["configurable"]["depth"]


def by_get(state: Any, config: RunnableConfig) -> Any:
    return config.get("configurable", {}).get("depth", 1)


def by_a_variable(state: Any, config: RunnableConfig) -> Any:
    configurable: dict[str, Any] = config.get("configurable") or {}
    return configurable["depth"]


def by_a_walrus(state: Any, config: RunnableConfig) -> Any:
    if settings := config["configurable"]:
        return settings.get("depth")
    return None


def by_a_function_within(state: Any, config: RunnableConfig) -> Any:
    def depth() -> Any:
        return config["configurable"]["depth"]

    return depth()


def by_the_current_config(state: Any) -> Any:
    return get_config()["configurable"]["depth"]


def depth_of(given: RunnableConfig) -> Any:
    return given["configurable"]["depth"]


def by_a_function_beside(state: Any, config: RunnableConfig) -> Any:
    return depth_of(config)


def by_a_class_method(state: Any, settings: RunnableConfig) -> Any:
    return Handed.of(config=settings)


class Digger:
    def __call__(self, state: Any, config: RunnableConfig) -> Any:
        return depth_of(config)


def by_every_key(state: Any, config: RunnableConfig) -> Any:
    return Settings(**config["configurable"])


def by_validation(state: Any, config: RunnableConfig) -> Any:
    return Settings.model_validate(config["configurable"])


def by_a_loop(state: Any, config: RunnableConfig) -> Any:
    return {key: value for key, value in config["configurable"].items() if key != "thread_id"}


def by_a_variable_key(state: Any, config: RunnableConfig) -> Any:
    return config["configurable"][state["key"]]


@pytest.mark.parametrize(
    "node",
    [
        by_subscripts,
        by_get,
        by_a_variable,
        by_a_walrus,
        by_a_function_within,
        by_the_current_config,
        by_a_function_beside,
        by_a_class_method,
        Digger(),
    ],
)
def test_setting_is_named(node: Callable[..., Any]) -> None:
    assert read_source(node, is_wrapped=False).settings == {"depth"}


@pytest.mark.parametrize(
    "node", [by_every_key, by_validation, by_a_loop, by_a_variable_key], ids=lambda it: it.__name__
)
def test_keys_that_cannot_be_named_are_all_of_them(node: Callable[..., Any]) -> None:
    assert read_source(node, is_wrapped=False).settings == {EVERY_KEY}


def langgraphs_own(state: Any, config: RunnableConfig) -> Any:
    configurable = config["configurable"]
    names = [configurable["thread_id"], configurable.get("checkpoint_ns")]
    return [*names, configurable.get("__pregel_task_id"), configurable["langgraph_auth_user"]]


def handed_on(state: Any, config: RunnableConfig) -> RunnableConfig:
    return {**config, "configurable": {**config["configurable"], "depth": 2}}


def by_a_library(state: Any, config: RunnableConfig) -> Any:
    return ensure_config(config)


def of_something_else(state: Any, config: RunnableConfig) -> Any:
    return config.get("metadata", {}).get("depth"), state["depth"]


def calls_itself(state: Any, config: RunnableConfig) -> Any:
    return calls_itself(state, config)


@pytest.mark.parametrize(
    "node", [langgraphs_own, handed_on, by_a_library, of_something_else, calls_itself]
)
def test_no_setting_is_read(node: Callable[..., Any]) -> None:
    assert read_source(node, is_wrapped=False).settings == frozenset()
