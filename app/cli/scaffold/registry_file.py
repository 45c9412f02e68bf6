"""The registry as text, to which a graph is added: all else stays as it was written."""

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.cli.errors import NotWritten
from app.graphs.schemas import pascal

_BETWEEN = re.compile(r"[\s,:]*")


@dataclass(frozen=True)
class RegistryFile:
    """A registry that can take one graph more, even as its first."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; raise NotWritten unless it holds JSON with an object `graphs`."""
        try:
            text = path.read_text(encoding="utf-8")
            content = json.loads(text)
        except (OSError, UnicodeDecodeError) as error:
            mend = "name the file with FANJOIN_GRAPHS_FILE"
            raise NotWritten(f"{path} cannot be read ({error}): {mend}") from error
        except json.JSONDecodeError as error:
            raise NotWritten(f"{path} is not JSON: {error}") from error
        if not isinstance(content, dict) or not isinstance(content.get("graphs"), dict):
            raise NotWritten(f'{path} has no object "graphs": write {{"graphs": {{}}}}')
        return cls(path, text)

    def with_graph(self, graph_id: str, description: str) -> str:
        """Return the text with the graph as its last.

        Raises NotWritten when a graph has this id, or one whose schemas would be called the same.
        """
        start, end = next(
            (start, end) for key, start, end in _members(self.text) if key == "graphs"
        )
        for known in json.loads(self.text[start:end]):
            if pascal(known) == pascal(graph_id):
                raise NotWritten(f"{self.path} has a graph {known!r} already: choose another name")
        others = self.text[start : end - 1].rstrip()
        comma = "" if others == "{" else ","
        entry = {"path": f"./graphs/{graph_id}.py:graph", "description": description}
        lines = json.dumps({graph_id: entry}, indent=2, ensure_ascii=False).splitlines()[1:-1]
        added = textwrap.indent("\n".join(lines), "  ")
        return f"{self.text[:start]}{others}{comma}\n{added}\n  }}{self.text[end:]}"


def _members(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each key of a JSON object, and where its value begins and ends."""
    decoder = json.JSONDecoder()
    place = _skip(text, text.index("{") + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        start = _skip(text, place)
        _, end = decoder.raw_decode(text, start)
        yield key, start, end
        place = _skip(text, end)


def _skip(text: str, place: int) -> int:
    between = _BETWEEN.match(text, place)
    return between.end() if between else place
