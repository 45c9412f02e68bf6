"""What nodes and routers return and LangGraph drops without an error, for the report's warnings."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from langgraph.constants import END, START
from langgraph.types import Command, Send

from app.graphs.namespaces import path_of
from app.graphs.places import Place
from app.graphs.shape import Path
from app.plain_json import shortened
from app.report.recorder import Recorder

_LONGEST_SHOWN = 60
"""Characters of a key, a name or a value that a warning shows."""

_PAIR = 2

_MOST_NAMED = 8
"""Of the keys or nodes that there are."""


class LostWrites:
    """Warns in a run's report; called from the event loop's thread."""

    def __init__(self, recorder: Recorder, places: Mapping[Path, Place]) -> None:
        self._recorder = recorder
        self._places = places

    def check_update(self, ns: str, returned: Any) -> None:
        """Look at what a node returned for keys that no state has, and for nodes that are none."""
        path = path_of(ns)
        place = self._places.get(path[:-1])
        if place is None or path in self._places:  # a sub-graph may have keys of its own
            return
        for update in returned if isinstance(returned, list | tuple) else (returned,):
            if type(update) is dict:
                self._check_keys(ns, update, place)
            elif isinstance(update, Command) and update.graph is None:
                self._check_keys(ns, _by_key(update.update), place)
                self._check_nodes(ns, update.goto, place, "its Command goes to")

    def check_route(self, ns: str, router: str, returned: Any) -> None:
        """Look at what a conditional edge returned: node names, and Sends; a lambda has no name."""
        place = self._places.get(path_of(ns)[:-1])
        if place is None:
            return
        router = f"its router {_shown(router)}" if router else "its router"
        if isinstance(returned, list | tuple) and not returned:
            self._recorder.warn(
                f"{self._name(ns)}: {router} returned an empty list, which chooses no node: "
                f"return END, or a node, for that case"
            )
        self._check_nodes(ns, returned, place, f"{router} returned", place.routes)

    def _check_keys(self, ns: str, update: Mapping[Any, Any], place: Place) -> None:
        if update.keys() <= place.keys:
            return
        for key in _first(key for key in update if key not in place.keys):
            self._recorder.warn(
                f"{self._name(ns)} wrote {_shown(update[key])} under the key {_shown(key)}, which "
                f"the state does not have, so it was dropped: declare the key, or correct its name"
            )

    def _check_nodes(
        self, ns: str, goto: Any, place: Place, did: str, routes: Collection[Any] = ()
    ) -> None:
        """`routes` are other names that lead to a node."""
        for name in _names(goto, routes):
            if name not in place.nodes and name != END:
                nodes = ", ".join(_first(sorted(place.nodes)))
                self._recorder.warn(
                    f"{self._name(ns)}: {did} {_shown(name)}, which is no node, so nothing ran "
                    f"there: correct the name; the nodes are {nodes}"
                )

    def _name(self, ns: str) -> str:
        """Return the id of a task's row; the start of a graph has none."""
        path = path_of(ns)
        return "/".join(path) if path[-1] == START else self._recorder.name_of(ns)[0]


def _names(goto: Any, routes: Collection[Any]) -> Iterator[str]:
    """Yield what LangGraph takes for the names of nodes: the text of whatever is returned."""
    for one in goto if isinstance(goto, list | tuple) else (goto,):
        if isinstance(one, Send):
            yield one.node
        elif one is not None and not (isinstance(one, Hashable) and one in routes):
            yield f"{one}"


def _by_key(update: Any) -> Mapping[Any, Any]:
    """Return a command's update: a dict, or pairs of a key and a value."""
    if type(update) is dict:
        return update
    pairs = update if isinstance(update, list | tuple) else ()
    return {pair[0]: pair[1] for pair in pairs if isinstance(pair, tuple) and len(pair) == _PAIR}


def _first(names: Iterable[str]) -> Sequence[str]:
    return [name for _, name in zip(range(_MOST_NAMED), names, strict=False)]


def _shown(value: Any) -> str:
    try:
        return shortened(repr(value), _LONGEST_SHOWN)
    except BaseException:  # noqa: BLE001  # the repr is the author's
        return type(value).__name__
