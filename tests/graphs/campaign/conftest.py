"""What the tests of the graph share."""

import pytest

from tests.model_server import ModelServer


@pytest.fixture
def server(model_server: ModelServer) -> ModelServer:
    return model_server


@pytest.fixture
def image_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANJOIN_IMAGE_MODEL", "gpt-image-2.5-flare")
