"""Pieces of a model's text, joined for a moment: a follower reads words, and fewer are stored."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

TextType = Literal["token", "reasoning"]
"""What a model writes: its answer, or what it thinks before it answers."""

JOINED_SECONDS = 0.05
"""How long a piece waits for the next ones of its message."""


@dataclass
class _Waiting:
    type: TextType
    place: dict[str, Any]
    pieces: list[str] = field(default_factory=list)


class JoinedTexts:
    """Holds what models write until the first piece has waited long enough, or something happens.

    Only pieces of one message and one type are joined. To be used from the event loop's thread.
    """

    def __init__(self, write: Callable[[TextType, dict[str, Any]], None]) -> None:
        self._write = write
        self._waiting: dict[Hashable, _Waiting] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, type: TextType, place: dict[str, Any], text: str, message: Hashable) -> None:
        """Add a piece; `place` is what its event says besides the text."""
        waiting = self._waiting.get(message)
        if waiting is None or waiting.type != type or waiting.place != place:
            if waiting is not None:
                self._flush_one(message)
            waiting = self._waiting[message] = _Waiting(type, place)
        waiting.pieces.append(text)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(JOINED_SECONDS, self.flush)

    def flush(self) -> None:
        """Write everything that waits, each message where its first piece came."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for message in list(self._waiting):
            self._flush_one(message)

    def _flush_one(self, message: Hashable) -> None:
        waiting = self._waiting.pop(message)
        self._write(waiting.type, {**waiting.place, "text": "".join(waiting.pieces)})
