"""The walks of ARCHITECTURE.md held against the imports of the code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def walks() -> dict[str, list[str]]:
    """The files of each walk in ARCHITECTURE.md, in their order."""
    text = (ROOT / "ARCHITECTURE.md").read_text().split("## Walks", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"### (.*?)\n.*?```\n(.*?)```", text, flags=re.DOTALL)
    return {
        name: re.findall(r"^(?:↑ )?(app/\S+\.py)", block, re.MULTILINE) for name, block in blocks
    }


def imported_by(file: str) -> set[str]:
    """The files that a module imports, through the package that offers a name as well."""
    tree = ast.parse((ROOT / file).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    paths = {str(module).replace(".", "/") for module in modules}
    packages = {f"{path}/__init__.py" for path in paths if (ROOT / path / "__init__.py").exists()}
    offered = {name for package in packages - {file} for name in imported_by(package)}
    return {f"{path}.py" for path in paths} | offered


def test_each_step_of_a_walk_is_called_by_another_step_of_it() -> None:
    for name, files in walks().items():
        reached = {imported for file in files for imported in imported_by(file)}
        assert [file for file in files[1:] if file not in reached] == [], name
    assert len(walks()) == 6
