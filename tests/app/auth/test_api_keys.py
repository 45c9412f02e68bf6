import pytest

from app.auth.api_keys import ANYONE, ApiKeys
from app.errors import Unauthorized


def test_without_keys_anyone_is_let_in() -> None:
    assert ApiKeys([]).owner(None) == ANYONE
    assert ApiKeys([]).owner("whatever") == ANYONE


def test_each_key_is_an_owner_whose_name_does_not_reveal_it() -> None:
    ring = ApiKeys(["first-key", "second-key"])

    assert ring.owner("first-key") != ring.owner("second-key")
    assert ring.owner("first-key") == ring.owner("first-key")
    assert "first" not in ring.owner("first-key")


@pytest.mark.parametrize("key", [None, "", "first-ke", "first-key "])
def test_anything_else_is_refused(key: str | None) -> None:
    with pytest.raises(Unauthorized):
        ApiKeys(["first-key"]).owner(key)
