"""Lists and locks in a merge: merged by what they hold, since their lines would conflict."""

import json
import re
from functools import partial
from typing import Any

from app.cli.project import extras, lockfile
from app.cli.project.git import Repository
from app.cli.project.registry import text_of

REGISTRY = "langgraph.json"
LOCK = "uv.lock"
PROJECT = "app/project.py"


def settle(project: Repository, *, base: str, theirs: str) -> None:
    """Write langgraph.json, extras.txt and uv.lock of the merge under way, conflict or not."""

    ours_and_theirs = ("HEAD", theirs)
    names = [_name_in(project.text_at(commit, PROJECT) or "") for commit in ours_and_theirs]
    for file, merge in (
        (REGISTRY, merged_registry),
        (extras.EXTRAS_FILE, merged_extras),
        (LOCK, partial(merged_lock, our_name=names[0], their_name=names[1])),
    ):
        ours, later = (project.text_at(commit, file) for commit in ours_and_theirs)
        if ours is not None and later is not None:
            text = merge(project.text_at(base, file) or "", ours, later)
            (project.root / file).write_text(text, encoding="utf-8")
            project.git("add", "--", file)


def merged_registry(base: str, ours: str, theirs: str) -> str:
    """Take each entry from the side that changed it; ours where both did."""
    old, mine, new = (json.loads(text) for text in (base or "{}", ours, theirs))
    graphs = _merged(old.get("graphs", {}), mine["graphs"], new["graphs"])
    return text_of({**_merged(old, mine, new), "graphs": graphs})


def merged_extras(base: str, ours: str, theirs: str) -> str:
    """Return what ours lists, with what theirs has added and without what it has dropped."""
    before, mine, new = (set(text.split()) for text in (base, ours, theirs))
    return extras.text_of(list((mine - (before - new)) | (new - before)))


def merged_lock(_base: str, ours: str, theirs: str, *, our_name: str, their_name: str) -> str:
    """Return what uv begins with: their packages, and those that only ours has."""
    return lockfile.merged(ours, lockfile.renamed(theirs, their_name, our_name), our_name)


def _merged(old: dict[str, Any], mine: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = {}
    for key in [*mine, *(key for key in new if key not in mine)]:
        side = new if mine.get(key) == old.get(key) else mine
        if key in side:
            merged[key] = side[key]
    return merged


def _name_in(project_file: str) -> str:
    match = re.search(r'(?m)^NAME = "(.*)"$', project_file)
    return match[1] if match else "fanjoin"
