"""A graph's input is checked against its schema and stored as the caller sent it."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired

import pytest
from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage
from langgraph.graph import MessagesState, StateGraph
from langgraph.managed import RemainingSteps
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    RootModel,
    Secret,
    SecretStr,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import TypedDict

from app.errors import InvalidInput
from app.graphs.contracts import InputContract


def contract(state: Any, own: Any = None) -> InputContract:
    return InputContract(StateGraph(state, input_schema=own), "DemoInput")


def refused(of: InputContract, value: Any, **options: Any) -> dict[str, str]:
    """Return the messages of what does not fit, by their places."""
    with pytest.raises(InvalidInput) as error:
        of.accept(value, **options)
    return {problem["place"]: problem["message"] for problem in error.value.problems}


class Level(Enum):
    LOW = "low"


class Person(BaseModel):
    name: str = Field(alias="Name")
    secret: str = Field(default="", exclude=True)

    @field_serializer("name")
    def shout(self, name: str) -> str:
        return name.upper()


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Everything(TypedDict, total=False):
    day: date
    level: Level
    raw: bytes
    token: SecretStr
    pair: tuple[int, str]
    person: Person
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    packed: Json[list[int]]
    ratio: float
    anything: Any


SENT = {
    "day": "2026-11-30",
    "level": "low",
    "raw": "aGk=",
    "token": "s3cret",
    "pair": [1, "a"],
    "person": {"Name": "Ann", "secret": "x"},
    "pet": {"kind": "dog", "tricks": ["roll"]},
    "packed": "[1, 2]",
    "ratio": 1,
    "anything": {"deep": [None, True, 10**30]},
}


def test_what_fits_is_stored_as_it_was_sent() -> None:
    accepted = contract(Everything).accept(SENT)

    assert accepted == SENT
    assert contract(Everything).to_state(accepted) == SENT


def test_nodes_get_a_copy_so_that_a_retry_finds_what_was_sent() -> None:
    stored = {"anything": {"items": [1]}}

    state = contract(Everything).to_state(stored)
    state["anything"]["items"].append(2)

    assert stored == {"anything": {"items": [1]}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("day", 3),
        ("day", "tomorrow"),
        ("level", "high"),
        ("pair", [1]),
        ("pet", {"kind": "cow"}),
        ("packed", [1, 2]),
        ("ratio", "1"),
        ("ratio", True),
        ("person", {"name": "Ann"}),
        ("token", 7),
    ],
)
def test_value_of_another_type_is_refused_by_its_place(key: str, value: Any) -> None:
    (place,) = refused(contract(Everything), {key: value})

    assert place.startswith(f"input.{key}")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_json_number_is_refused_by_its_place(number: float) -> None:
    wrong = refused(contract(Everything), {"anything": {"list": [1.5, number]}})

    assert list(wrong) == ["input.anything.list.1"]


def test_text_that_is_no_unicode_is_refused() -> None:
    assert "input" in refused(contract(Everything), {"anything": "half \ud800"})


def test_whole_state_requires_no_key_and_names_the_nearest_of_an_unknown_one() -> None:
    class State(TypedDict):
        topic: str
        joke: str

    assert contract(State).accept({"topic": "cats"}) == {"topic": "cats"}
    assert contract(State).accept({}) == {}
    assert "did you mean 'topic'?" in refused(contract(State), {"tpoic": "cats"})["input.tpoic"]
    assert "required" not in contract(State).json_schema()


def test_schema_of_its_own_requires_its_keys() -> None:
    class State(TypedDict, total=False):
        topic: str
        tone: str

    class Own(TypedDict):
        topic: str
        tone: NotRequired[str]

    assert refused(contract(State, Own), {}) == {"input.topic": "Field required"}
    assert contract(State, Own).json_schema()["required"] == ["topic"]


def test_keys_required_are_the_same_where_annotations_are_text() -> None:
    class State(TypedDict, total=False):
        topic: str
        tone: str

    class Own(TypedDict):
        topic: "str"
        tone: "NotRequired[str]"

    assert contract(State, Own).json_schema()["required"] == ["topic"]


class Odd(TypedDict):
    _draft: str
    model_dump: int
    model_config: str
    schema: str
    copy: str
    json: str


def test_any_name_is_a_key() -> None:
    sent = {"_draft": "d", "model_dump": 1, "model_config": "c", "schema": "s", "copy": "k"}

    assert contract(Odd).accept(sent) == sent


def test_managed_values_are_no_input() -> None:
    class State(TypedDict):
        topic: str
        remaining_steps: RemainingSteps

    assert list(contract(State).json_schema()["properties"]) == ["topic"]
    assert "input.remaining_steps" in refused(contract(State), {"remaining_steps": 3})


class Defaults(BaseModel):
    topic: str
    token: SecretStr = SecretStr("clear")
    raw: bytes = b"raw"
    day: date = date(2026, 11, 30)
    level: Level = Level.LOW
    person: Person = Person(Name="Ann", secret="x")
    many: list[str] = Field(default_factory=lambda: ["a"])
    size: int = Field(default_factory=lambda data: len(data["topic"]))


class Topic(TypedDict, total=False):
    topic: str


def test_default_of_an_absent_key_is_added_as_the_json_of_it() -> None:
    accepted = contract(Topic, Defaults).accept({"topic": "tides", "many": []})

    assert accepted == {
        "topic": "tides",
        "token": "clear",
        "raw": "raw",
        "day": "2026-11-30",
        "level": "low",
        "person": {"Name": "Ann", "secret": "x"},
        "many": [],
        "size": 5,
    }


def test_defaults_of_a_dataclass_are_added() -> None:
    @dataclass
    class Own:
        topic: str
        tags: list[str] = field(default_factory=lambda: ["a"])
        count: int = 3

    assert contract(Topic, Own).accept({"topic": "x"}) == {"topic": "x", "tags": ["a"], "count": 3}


def test_default_that_json_cannot_hold_is_to_be_sent() -> None:
    class Own(BaseModel):
        raw: bytes = Field(default_factory=lambda: b"\xff")

    wrong = refused(contract(Topic, Own), {})

    assert "cannot be written as JSON" in wrong["input.raw"]


def test_whole_state_adds_no_defaults_since_a_thread_may_hold_other_values() -> None:
    class State(BaseModel):
        topic: str
        count: int = 0

    assert contract(State).accept({"topic": "x"}) == {"topic": "x"}


def test_whole_state_model_lacks_keys_only_on_a_thread() -> None:
    class State(BaseModel):
        topic: str
        count: int

    assert contract(State).accept({"count": 1}, is_on_thread=True) == {"count": 1}
    assert refused(contract(State), {"count": 1}) == {"input.topic": "Field required"}
    assert "input.count" in refused(contract(State), {"count": "1"}, is_on_thread=True)


class Aliased(BaseModel):
    user_id: str = Field(alias="userId")
    first: str = Field(validation_alias=AliasChoices("first", "First"))
    city: str = Field(default="", validation_alias=AliasPath("place", "city"))


def test_alias_becomes_the_fields_name_and_the_rest_stays() -> None:
    sent = {"userId": "u", "First": "f", "place": {"city": "Rome"}}

    accepted = contract(Topic, Aliased).accept(sent)

    assert accepted == {"user_id": "u", "first": "f", "city": "Rome"}


def test_secret_is_masked_under_each_of_its_names() -> None:
    class Token(RootModel[SecretStr]):
        pass

    class Own(BaseModel):
        model_config = ConfigDict(populate_by_name=True)

        count: int
        api_key: SecretStr = Field(alias="apiKey")
        token: Token | None = None
        pin: SecretStr | None = Field(None, validation_alias=AliasChoices("PIN", "code"))

    demo = contract(Everything, Own)

    with pytest.raises(InvalidInput) as error:
        demo.accept({"api_key": "leak", "token": "leak", "code": "leak"})

    assert demo.secret_keys == {"api_key", "apiKey", "token", "pin", "PIN", "code"}
    assert "leak" not in str(error.value.problems)


def test_key_under_two_names_is_refused() -> None:
    class Own(BaseModel):
        model_config = ConfigDict(populate_by_name=True)

        user_id: str = Field(alias="userId")

    class Open(Own):
        model_config = ConfigDict(extra="ignore")

    sent = {"userId": "a", "user_id": "b"}

    assert list(refused(contract(Topic, Own), sent)) == ["input.user_id"]
    assert "more than one of its names" in refused(contract(Topic, Open), sent)["input.user_id"]


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


def raising(error: BaseException) -> type[BaseModel]:
    class Own(BaseModel):
        topic: str

        @field_validator("topic")
        @classmethod
        def fail(cls, _: str) -> str:
            raise error

    return Own


@pytest.mark.parametrize(
    "error",
    [KeyError("k"), ZeroDivisionError(), TypeError(), RecursionError(), SystemExit(2), OSError()],
)
def test_validator_that_raises_anything_refuses_the_input(error: BaseException) -> None:
    wrong = refused(contract(Topic, raising(error)), {"topic": "x"})

    assert type(error).__name__ in wrong["input.topic"]


class Careless(BaseModel):
    count: int
    size: int = 3

    @model_validator(mode="before")
    @classmethod
    def take_text(cls, value: Any) -> Any:
        return {"count": 1} if value == "one" else value

    @model_validator(mode="after")  # type: ignore[misc]  # the mistake that is tested
    def forget_to_return(self) -> None:
        assert self.count > 0


def test_defaults_are_added_where_a_validator_returns_nothing() -> None:
    assert contract(Everything, Careless).accept({"count": 1}) == {"count": 1, "size": 3}


def test_text_that_a_validator_takes_is_refused_since_langgraph_takes_objects() -> None:
    assert "object" in refused(contract(Everything, Careless), "one")["input"]


@pytest.mark.parametrize("schema", [dict, dict[str, Any]])
def test_state_that_is_a_dict_takes_any_keys(schema: Any) -> None:
    assert contract(schema).accept({"a": 1, "b": [2]}) == {"a": 1, "b": [2]}


def test_fields_of_a_pydantic_dataclass_have_their_defaults() -> None:
    @pydantic_dataclass
    class Own:
        count: int = Field(gt=0)
        size: int = Field(default=3)
        day: Secret[date] = Field(default_factory=lambda: Secret(date(2026, 11, 30)))

    accepted = contract(Everything, Own).accept({"count": 1})

    assert accepted == {"count": 1, "size": 3, "day": "2026-11-30"}
    assert refused(contract(Everything, Own), {}) == {"input.count": "Field required"}


def test_only_some_of_very_many_wrong_places_are_named() -> None:
    with pytest.raises(InvalidInput) as error:
        contract(Everything).accept({f"unknown{number}": 1 for number in range(1000)})

    assert len(error.value.problems) == 51
    assert error.value.problems[-1]["message"] == "950 more places do not fit"


def test_author_who_allows_other_keys_gets_them() -> None:
    class Own(BaseModel):
        model_config = ConfigDict(extra="allow")

        topic: str

    sent = {"topic": "x", "more": 1}

    assert contract(Topic, Own).accept(sent) == sent


def test_date_behind_a_before_validator_is_read_from_text_and_from_nothing_else() -> None:
    class Own(BaseModel):
        topic: date
        count: int = 0

        @model_validator(mode="before")
        @classmethod
        def look(cls, value: Any) -> Any:
            return value

    assert contract(Topic, Own).accept({"topic": "2026-11-30"})["topic"] == "2026-11-30"
    assert list(refused(contract(Topic, Own), {"topic": "2026-11-30", "count": "1"})) == [
        "input.count"
    ]
    assert list(refused(contract(Topic, Own), {"topic": 20261130})) == ["input.topic"]
