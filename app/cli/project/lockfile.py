"""uv.lock as text: the project under another name, and two locks in one."""

import re

_BLOCK = "[[package]]\n"


def packages_in(lock: str) -> set[str]:
    return {name for block in _split(lock)[1] if (name := _name_of(block))}


def renamed(lock: str, old: str, new: str) -> str:
    """Return the lock with the project's own package under its new name, sorted as uv does."""
    head, blocks = _split(lock)
    line = f'name = "{old}"\n'
    blocks = [
        block.replace(line, f'name = "{new}"\n', 1)
        if block.startswith(line) and 'source = { editable = "." }' in block
        else block
        for block in blocks
    ]
    return _joined(head, sorted(blocks, key=_name_of))


def merged(ours: str, theirs: str, project: str) -> str:
    """Return their lock with the packages that only ours has, for uv to begin with.

    `project` is the name of the project's own package, which is theirs: uv writes it anew.
    """
    head, blocks = _split(theirs)
    known = {*map(_name_of, blocks), project}
    more = [block for block in _split(ours)[1] if _name_of(block) not in known]
    return _joined(head, sorted([*blocks, *more], key=_name_of))


def _split(lock: str) -> tuple[str, list[str]]:
    head, *blocks = lock.split(_BLOCK)
    return head, [block.rstrip("\n") + "\n" for block in blocks]


def _joined(head: str, blocks: list[str]) -> str:
    return head + "\n".join(_BLOCK + block for block in blocks)


def _name_of(block: str) -> str:
    match = re.match(r'name = "([^"]+)"', block)
    return match[1] if match else ""
