"""Files that are written together."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path


def write_together(texts: Mapping[Path, str]) -> None:
    """Write every file or none; only the last may be there already, and is replaced.

    Raises OSError, with nothing of it left behind.
    """
    with ExitStack() as undo:
        drafts = {path: path.with_name(f".{path.name}.new") for path in texts}
        for path, draft in drafts.items():
            undo.callback(draft.unlink, missing_ok=True)
            draft.write_text(texts[path], encoding="utf-8")
        for path, draft in drafts.items():
            if path.exists():
                shutil.copymode(path, draft)
            else:
                undo.callback(path.unlink, missing_ok=True)
            draft.replace(path)
        undo.pop_all()
