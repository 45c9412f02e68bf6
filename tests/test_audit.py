"""`make audit` on what pip-audit 2.10 writes."""

import json
from collections.abc import Mapping

from tests.audit import verdict_of

SOUND = {"name": "anyio", "version": "4.16.0", "vulns": []}
SKIPPED = {
    "name": "jinja2",
    "skip_reason": "Dependency not found on PyPI and could not be audited: jinja2 (3.1.6)",
}
VULNERABLE = {
    "name": "h11",
    "version": "0.14.0",
    "vulns": [
        {
            "id": "PYSEC-2025-1",
            "fix_versions": ["0.16.0"],
            "aliases": ["CVE-2025-43859", "GHSA-vqfr-h8mv-ghfj"],
            "description": "h11 accepts some malformed Chunked-Encoding bodies",
        }
    ],
}
NO_FIX = {
    "name": "old",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-9", "fix_versions": [], "aliases": [], "description": "bad"}],
}

ALL_IS_WELL = "No known vulnerabilities found\n"


def written(*dependencies: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []}) + "\n"


def test_all_audited_and_nothing_found_passes() -> None:
    verdict = verdict_of(written(SOUND), ALL_IS_WELL)

    assert verdict.status == 0
    assert verdict.lines == ["1 of 1 packages audited: no known vulnerabilities"]


def test_vulnerability_fails_and_is_named_with_the_version_that_fixes_it() -> None:
    verdict = verdict_of(written(SOUND, VULNERABLE), "Found 1 known vulnerability in 1 package\n")

    assert verdict.status == 1
    assert verdict.lines == [
        "h11 0.14.0: PYSEC-2025-1, CVE-2025-43859, GHSA-vqfr-h8mv-ghfj; fixed in 0.16.0",
        "2 of 2 packages audited: 1 known vulnerability",
    ]


def test_vulnerability_without_a_fix_says_so() -> None:
    verdict = verdict_of(written(NO_FIX), "")

    assert verdict.lines[0] == "old 1.0: PYSEC-2026-9; fixed in no version yet"


def test_nothing_audited_is_no_clean_bill() -> None:
    verdict = verdict_of(written(SKIPPED, SKIPPED), ALL_IS_WELL)

    assert verdict.status == 3
    assert verdict.lines[-1] == "could not audit 2 of 2 packages"
    assert "vulnerabilities" not in "".join(verdict.lines)


def test_part_audited_names_what_was_not() -> None:
    verdict = verdict_of(written(SOUND, SKIPPED), ALL_IS_WELL)

    assert verdict.status == 3
    assert verdict.lines == [
        f"not audited: jinja2: {SKIPPED['skip_reason']}",
        "1 of 2 packages audited: no known vulnerabilities",
        "could not audit 1 of 2 packages",
    ]


def test_vulnerability_weighs_more_than_what_was_not_audited() -> None:
    verdict = verdict_of(written(VULNERABLE, SKIPPED), "")

    assert verdict.status == 1
    assert verdict.lines[-1] == "could not audit 1 of 2 packages"


def test_pip_audit_that_fails_shows_its_own_message() -> None:
    complaint = "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\n"

    verdict = verdict_of("", complaint)

    assert verdict.status == 3
    assert verdict.lines == [complaint.strip(), "could not audit: pip-audit failed"]


def test_no_requirements_at_all_is_no_clean_bill() -> None:
    assert verdict_of(written(), ALL_IS_WELL).status == 3
