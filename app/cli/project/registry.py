"""langgraph.json as it is written again: the whole file, not only what the service reads."""

import json
from pathlib import Path
from typing import Any

from app.cli.errors import NotWritten


def read_registry(registry: Path) -> dict[str, Any]:
    """Return the content of langgraph.json, whose `graphs` is an object; raise NotWritten."""
    try:
        content = json.loads(registry.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        fix = "correct it, or name another file with FANJOIN_GRAPHS_FILE"
        raise NotWritten(f"{registry} cannot be read as JSON ({error}): {fix}") from error
    if not isinstance(content, dict) or not isinstance(content.get("graphs"), dict):
        raise NotWritten(f'{registry} has no object "graphs": write {{"graphs": {{}}}}')
    return content


def text_of(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def path_of(entry: Any) -> str:
    """Return what an entry names before its colon, `./graphs/my_graph.py`; empty where nothing."""
    path = entry.get("path") if isinstance(entry, dict) else entry
    return path.rpartition(":")[0] if isinstance(path, str) else ""
