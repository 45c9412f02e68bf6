"""Audit pinned requirements with pip-audit: `python -m tests.audit FILE`, or `make audit`.

pip-audit ends with "no known vulnerabilities" even if the index knew none of the packages. Here
that is a failure. Exit status: 0 nothing found, 1 vulnerabilities, 3 could not audit (all of) it.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VULNERABLE = 1
NOT_AUDITED = 3


@dataclass(frozen=True)
class Verdict:
    """What to report, and the exit status."""

    status: int
    lines: list[str]


def verdict_of(output: str, complaint: str) -> Verdict:
    """Judge what `pip-audit --format json` wrote on standard output and on standard error."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except json.JSONDecodeError:
        return Verdict(NOT_AUDITED, [*complaint.splitlines(), "could not audit: pip-audit failed"])
    if not dependencies:
        return Verdict(NOT_AUDITED, ["could not audit: there are no requirements"])
    skipped = [one for one in dependencies if "skip_reason" in one]
    vulnerable = [
        _vulnerability(one, advisory) for one in dependencies for advisory in _advisories_of(one)
    ]
    return Verdict(
        VULNERABLE if vulnerable else NOT_AUDITED if skipped else 0,
        [
            *vulnerable,
            *(f"not audited: {one['name']}: {one['skip_reason']}" for one in skipped),
            *_summary(len(dependencies), len(skipped), len(vulnerable)),
        ],
    )


def _advisories_of(dependency: dict[str, Any]) -> list[dict[str, Any]]:
    advisories: list[dict[str, Any]] = dependency.get("vulns", [])
    return advisories


def _vulnerability(dependency: dict[str, Any], advisory: dict[str, Any]) -> str:
    names = ", ".join([advisory["id"], *advisory.get("aliases", [])])
    fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
    return f"{dependency['name']} {dependency['version']}: {names}; fixed in {fixed}"


def _summary(total: int, skipped: int, vulnerable: int) -> list[str]:
    audited = total - skipped
    noun = "vulnerability" if vulnerable == 1 else "vulnerabilities"
    lines = []
    if audited:
        lines.append(f"{audited} of {total} packages audited: {vulnerable or 'no'} known {noun}")
    if skipped:
        lines.append(f"could not audit {skipped} of {total} packages")
    return lines


def _audit(requirements: Path) -> Verdict:
    command = [
        *(sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"),
        *("--progress-spinner", "off", "--format", "json", "--requirement", str(requirements)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return verdict_of(done.stdout, done.stderr)


if __name__ == "__main__":
    verdict = _audit(Path(sys.argv[1]))
    sys.stdout.write("\n".join([*verdict.lines, ""]))
    sys.exit(verdict.status)
