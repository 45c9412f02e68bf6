"""A key of an input has several names, and each of them counts."""

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    SecretStr,
)

from app.errors import InvalidInput
from tests.app.graphs.contracts.inputs import Everything, Topic, contract, refused


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
