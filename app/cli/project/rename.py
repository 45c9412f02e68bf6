"""The four things that a project of one's own renames: distribution, title, image and README."""

import re
from pathlib import Path

from app.cli.project import lockfile
from app.cli.project.names import Names

ATTRIBUTES = "README.md merge=ours\napp/project.py merge=ours\n"
"""Files that `make upgrade` never merges."""

_TEMPLATES = Path(__file__).parents[1] / "scaffold"


def rename_project(root: Path, names: Names) -> None:
    """Write the new names into the files of a project."""
    project = root / "app" / "project.py"
    text = project.read_text(encoding="utf-8")
    old = re.findall(r'(?m)^NAME = "(.*)"$', text)[0]
    values = {"NAME": names.distribution, "TITLE": names.title, "VERSION": "0.1.0"}
    for name, value in values.items():
        text = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', text)
    project.write_text(text, encoding="utf-8")
    _replace(root / "pyproject.toml", rf'(?m)^name = "{old}"$', f'name = "{names.distribution}"')
    compose = root / "docker" / "compose.yaml"
    _replace(compose, rf"(?m)^name: {old}$", f"name: {names.distribution}")
    _replace(compose, rf"(?m)^(  +)image: {old}:", rf"\1image: {names.distribution}:")
    lock = root / "uv.lock"
    lock.write_text(
        lockfile.renamed(lock.read_text(encoding="utf-8"), old, names.distribution),
        encoding="utf-8",
    )
    readme = (_TEMPLATES / "readme.txt").read_text(encoding="utf-8")
    (root / "README.md").write_text(readme.replace("$title", names.title), encoding="utf-8")
    attributes = root / ".gitattributes"
    before = attributes.read_text(encoding="utf-8") if attributes.exists() else ""
    if ATTRIBUTES not in before:
        attributes.write_text(before + ATTRIBUTES, encoding="utf-8")


def _replace(path: Path, pattern: str, text: str) -> None:
    path.write_text(re.sub(pattern, text, path.read_text(encoding="utf-8")), encoding="utf-8")
