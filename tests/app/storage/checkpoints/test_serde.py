import logging
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from app.storage.checkpoints.serde import Serde


class Known(BaseModel):
    x: int = 1


class Unknown(NamedTuple):
    x: int


def test_registered_type_comes_back_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    serde = Serde({(Known.__module__, "Known")})

    assert serde.loads_typed(serde.dumps_typed([Known()])) == [Known()]
    assert caplog.records == []


def test_other_type_comes_back_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    serde = Serde()

    for _ in range(2):
        assert serde.loads_typed(serde.dumps_typed(Unknown(1))) == Unknown(1)
    assert [record.__dict__["type"] for record in caplog.records] == [f"{__name__}.Unknown"]
