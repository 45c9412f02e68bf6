"""The keys of langgraph.json: which are refused, and which have no effect and are named."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HONOURED = frozenset({"$schema", "dependencies", "env", "graphs"})

_OF_THE_IMAGE = frozenset(
    {
        "api_version",
        "base_image",
        "building_tools",
        "dockerfile_lines",
        "image_distro",
        "keep_pkg_tools",
        "node_version",
        "pip_config_file",
        "pip_installer",
        "python_version",
    }
)

_INSTEAD = {
    "auth": "set FANJOIN_API_KEYS",
    "checkpointer": "set FANJOIN_KEEP_THREADS_DAYS and FANJOIN_KEEP_CHECKPOINTS_DAYS",
    "encryption": "encrypt the disk or the database",
    "http": "set FANJOIN_CORS_ORIGINS, and add routes of your own to create_app",
    "store": "the store is in the service's database, without an index and without expiry",
    "ui": "serve the components beside the service",
    "ui_config": "serve the components beside the service",
    "webhooks": "follow GET /runs/{id}/stream",
    **dict.fromkeys(_OF_THE_IMAGE, "docker/Dockerfile says how the image is built"),
}
"""What to do instead of a key that LangGraph's own server honours and this service does not."""

_KNOWN = _HONOURED | _INSTEAD.keys()

_OF_A_GRAPH = frozenset({"path", "description"})


@dataclass(frozen=True)
class Note:
    """A part of langgraph.json that has no effect, and what to do about it."""

    part: str
    fix: str

    def __str__(self) -> str:
        return f"{self.part}: {self.fix}"


def refused_keys(content: Mapping[str, Any]) -> Iterator[str]:
    """Say which keys the service must not ignore: what they protect would be open."""
    auth, encryption = content.get("auth"), content.get("encryption")
    if auth and not (isinstance(auth, dict) and not auth.get("path")):
        yield (
            '"auth" names a handler that this service does not call, so every request would be '
            "allowed: remove it, and set FANJOIN_API_KEYS"
        )
    if encryption:
        yield (
            '"encryption" names a handler that this service does not call, so everything would be '
            "stored in the clear: remove it, and encrypt the disk or the database"
        )


def notes_on(content: Mapping[str, Any], folder: Path) -> list[Note]:
    """Return what has no effect in a langgraph.json of this folder."""
    return [*_ignored(content), *_ignored_of_graphs(content), *_missing_files(content, folder)]


def _ignored(content: Mapping[str, Any]) -> Iterator[Note]:
    for key in content:
        if key in _HONOURED or not content[key]:
            continue
        yield Note(f"{key!r} has no effect", _INSTEAD.get(key) or _fix_of_unknown(key, _KNOWN))


def _fix_of_unknown(key: str, known: Collection[str]) -> str:
    """Say what an unknown key is close to, and what to do where that has no effect either."""
    meant = difflib.get_close_matches(key.lower(), known, n=1)
    if not meant:
        return "remove it"
    if (instead := _INSTEAD.get(meant[0])) is not None:
        return f"if you mean {meant[0]!r}: {instead}"
    return f"write {meant[0]!r} if you mean that"


def _ignored_of_graphs(content: Mapping[str, Any]) -> Iterator[Note]:
    graphs = content.get("graphs")
    for graph_id, entry in graphs.items() if isinstance(graphs, dict) else ():
        for key in entry if isinstance(entry, dict) else ():
            if key not in _OF_A_GRAPH:
                fix = _fix_of_unknown(key, _OF_A_GRAPH)
                yield Note(f"graph {graph_id!r}: {key!r} has no effect", fix)


def _missing_files(content: Mapping[str, Any], folder: Path) -> Iterator[Note]:
    """Yield what is named and is not there; `.env` of the working directory may be missing."""
    env, dependencies = content.get("env"), content.get("dependencies")
    if isinstance(env, str) and not _is_there(folder / env):
        yield Note(f'"env" names {env}, which is not there', "write the file, or remove the key")
    for place in dependencies if isinstance(dependencies, list) else ():
        if isinstance(place, str) and place.startswith(".") and not (folder / place).is_dir():
            fix = "correct it: graphs import modules from there"
            yield Note(f'"dependencies" names {place}, which is no folder', fix)


def _is_there(env_file: Path) -> bool:
    return env_file.is_file() or env_file.resolve() == Path(".env").resolve()
