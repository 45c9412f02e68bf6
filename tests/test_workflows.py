"""What GitHub runs: pinned, valid, and the same targets as on a laptop."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
DEPENDABOT = ROOT / ".github" / "dependabot.yml"


def workflow() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())
    return read


def targets_in(script: str) -> set[str]:
    """What a script hands to make."""
    lines = re.findall(r"^\s*(?:- run: )?make ([a-z -]+)$", script, re.MULTILINE)
    return {target for line in lines for target in line.split()}


def targets_of_ci() -> set[str]:
    """What `.ci/run` makes."""
    listed = (ROOT / ".ci" / "run").read_text().split("\ntargets=(\n")[1].split("\n)")[0]
    return set(listed.split())


@pytest.mark.parametrize(
    ("path", "schema"),
    [(WORKFLOW, "vendor.github-workflows"), (DEPENDABOT, "vendor.dependabot")],
    ids=["workflow", "dependabot"],
)
def test_what_github_reads_is_of_its_schema(path: Path, schema: str) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")

    checked = subprocess.run(
        [check, "--builtin-schema", schema, path], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_every_action_is_pinned_by_hash_and_says_its_version() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text())

    assert used
    assert [one for one in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", one)] == []


def test_each_target_it_makes_is_in_the_makefile() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert (targets_in(WORKFLOW.read_text()) | targets_of_ci()) - known == set()


def test_what_ci_runs_here_runs_there() -> None:
    here = targets_of_ci()

    there = targets_in(WORKFLOW.read_text())

    assert here - {"test", "static"} == there & here
    assert "check" in there  # which is test and static
    assert "audit" in there


def test_every_supported_python_is_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: 3."
    supported = [one.removeprefix(prefix) for one in project["classifiers"] if prefix in one]

    checked = workflow()["jobs"]["check"]["strategy"]["matrix"]["python"]

    assert checked == [f"3.{minor}" for minor in supported]
    assert project["requires-python"] == f">={checked[0]}"


def test_nothing_is_published_before_all_else_has_passed() -> None:
    jobs = workflow()["jobs"]

    assert set(jobs["publish"]["needs"]) == jobs.keys() - {"publish"}
    assert jobs["publish"]["if"] == "github.ref_type == 'tag'"
    assert "permissions" not in jobs["check"]
    assert workflow()["permissions"] == {"contents": "read"}
