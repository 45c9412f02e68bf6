"""What is refused while a fan-out is being built, because it cannot work."""

from collections import Counter
from collections.abc import Mapping, Sequence

from graphs.kit.errors import KitError
from graphs.kit.policy.conditions import Decided, Quorum
from graphs.kit.round.rounds import FanOut
from graphs.kit.round.writes import check_update


def check_fan_out(fan_out: FanOut, *, is_one: bool, min_items: int) -> None:
    """Raise KitError for names, widths and conditions that cannot work together."""
    _check_names(fan_out.name, fan_out.names)
    if is_one != (fan_out.width is not None):
        raise KitError(
            f"the fan-out to {fan_out.name!r} takes a list of branches, or one Branch with over="
        )
    if fan_out.width is not None:
        fan_out.width.check()
        _check_items(fan_out)
    elif fan_out.choice is not None:
        fan_out.choice.check(len(fan_out.names))
    elif min_items:
        raise KitError(f"min_items={min_items} bounds the width of choose= or over=: say which")
    width = fan_out.width
    fan_out.until.check(len(fan_out.names) if width is None else width.max_items)


def check_keys(fan_out: FanOut) -> None:
    """Refuse keys the state lacks, and a key without reducer that two branches own."""
    for branch in fan_out.branches:
        fallback = branch.fallback if isinstance(branch.fallback, Mapping) else {}
        if unknown := sorted({*(branch.writes or ()), *fallback} - fan_out.channels.keys()):
            raise KitError(f"branch {branch.name!r} writes {unknown}, which the state lacks")
        try:
            check_update(fan_out, branch, fallback)
        except TypeError as error:
            raise KitError(f"{error} as its fallback") from error
    owned = {branch.name: branch.owned_keys(branch.node) or () for branch in fan_out.branches}
    for key in _doubled([key for keys in owned.values() for key in keys]):
        if fan_out.is_plain(key):
            owners = [name for name, keys in owned.items() if key in keys]
            raise KitError(
                f"branches {owners} all write {key!r}, which has no reducer: cut them apart with "
                f"Branch(…, writes=[…]), or declare it Annotated[…, by_branch]"
            )


def _check_names(join: str, names: Sequence[str]) -> None:
    if not names:
        raise KitError(f"the fan-out to {join!r} has no branches")
    if doubled := _doubled([*names, join]):
        raise KitError(
            f"the fan-out to {join!r} names {doubled} more than once: say Branch(…, name=…)"
        )


def _check_items(fan_out: FanOut) -> None:
    if fan_out.choice is not None:
        raise KitError("choose= and over= exclude each other: list only the items that are to run")
    if isinstance(fan_out.until, Quorum | Decided) and fan_out.requires(fan_out.branches[0]):
        raise KitError("required=True over items asks for every one of them: say until=ALL instead")


def _doubled(words: Sequence[str]) -> list[str]:
    return sorted(word for word, times in Counter(words).items() if times > 1)
