"""The ids of a report's rows: each is a place in the graph, and no two are the same."""


class RowIds:
    """Gives out ids, whatever the nodes are called."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._times: dict[str, int] = {}

    def take(self, place: str) -> str:
        """Return `place`, or followed by the first number from `#2` that makes it unique."""
        times = self._times.get(place, 0) + 1
        row_id = place if times == 1 else f"{place}#{times}"
        while row_id in self._given:
            times += 1
            row_id = f"{place}#{times}"
        self._times[place] = times
        self._given.add(row_id)
        return row_id

    def reserve(self, row_id: str) -> None:
        """Let no row have an id that an earlier attempt of the run gave out."""
        self._given.add(row_id)
