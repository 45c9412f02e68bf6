"""The revisions of our tables, and whether this version can serve from one of them."""

from collections.abc import Sequence

from alembic.script import ScriptDirectory

from app.cli.doctor.findings import Finding
from app.storage import migrations


def known_revisions() -> list[str]:
    """Return what this version can bring up to date, the newest first."""
    scripts = ScriptDirectory(migrations.__path__[0])
    return [script.revision for script in scripts.walk_revisions()]


def judge(
    revision: str | None, where: str, *, known: Sequence[str], migrates_at_start: bool
) -> Finding:
    """Say of a database with its tables at a revision, None for no tables, what becomes of it."""
    newest = known[0]
    if revision == newest:
        return Finding("ok", f"{where}, its tables at {newest}")
    if revision is not None and revision not in known:
        detail = f"{where}, its tables at {revision}: made by a newer version of Fanjoin"
        return Finding("error", detail, "install that version")
    at = f"{where} has no tables yet" if revision is None else f"{where}, its tables at {revision}"
    if not migrates_at_start:
        return Finding("error", f"{at}, and {newest} is needed", "run `fanjoin migrate`")
    if revision is None:
        return Finding("ok", f"{at}: the first start makes them")
    mend = "run `fanjoin migrate`, or leave it to the next start"
    return Finding("warning", f"{at}, and {newest} is needed", mend)
