"""What the tests of the graph and its parts share."""

import pytest

from tests.source_server import SourceServer

KEYS = ("DUFFEL_ACCESS_TOKEN", "LITEAPI_API_KEY", "TICKETMASTER_API_KEY")


@pytest.fixture
def sources(source_server: SourceServer) -> SourceServer:
    return source_server


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, sources: SourceServer) -> None:
    for key in KEYS:
        monkeypatch.setenv(key, "test-key")
