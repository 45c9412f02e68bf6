"""An event loop whose resolver answers as told: names on loopback, and names that change."""

import asyncio
import socket
from typing import Any


class ScriptedNames(asyncio.SelectorEventLoop):
    """Gives one answer after the other, whatever is asked."""

    def __init__(self, answers: list[list[str]]) -> None:
        super().__init__()
        self.answers = answers

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> list[Any]:
        addresses = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]


def with_names(*answers: list[str]) -> asyncio.Runner:
    """Return a runner whose first look-up gives the first list of addresses, and so on."""
    return asyncio.Runner(loop_factory=lambda: ScriptedNames(list(answers)))
