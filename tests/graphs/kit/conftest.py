from typing import Any

import pytest

from tests.graphs.kit.idle_clock import IdleClockLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run the kit's tests on a clock that a busy machine cannot make late."""
    return "asyncio", {"loop_factory": IdleClockLoop}
