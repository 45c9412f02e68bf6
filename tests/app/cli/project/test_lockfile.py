"""uv.lock is renamed and merged as text, in uv's own order."""

from app.cli.project.lockfile import merged, packages_in, renamed

LOCK = """version = 1

[[package]]
name = "aiosqlite"
version = "1.0"

[[package]]
name = "fanjoin"
source = { editable = "." }
dependencies = [
    { name = "aiosqlite" },
]

[[package]]
name = "uvicorn"
version = "1.0"
"""


def test_own_package_is_renamed_and_sorted_among_the_others() -> None:
    lock = renamed(LOCK, "fanjoin", "zoo")

    assert packages_in(lock) == {"aiosqlite", "uvicorn", "zoo"}
    assert lock.index('"uvicorn"') < lock.index('"zoo"')
    assert renamed(lock, "zoo", "fanjoin") == LOCK


def test_merged_lock_has_their_packages_and_those_that_only_ours_has() -> None:
    ours = LOCK.replace('version = "1.0"', 'version = "0.9"') + (
        '\n[[package]]\nname = "mine"\nversion = "3.0"\n'
    )

    lock = merged(ours, LOCK, "fanjoin")

    assert 'name = "mine"\nversion = "3.0"' in lock
    assert 'version = "0.9"' not in lock
    assert lock.index('"fanjoin"') < lock.index('"mine"') < lock.index('"uvicorn"')
