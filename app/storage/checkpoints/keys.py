"""The keys under which LangGraph's saver stores the checkpoints of threads and runs."""


def thread_key(owner: str, thread_id: str) -> str:
    """Return the key of an owner's thread: no other owner has a key with the same beginning."""
    return _prefix(owner) + thread_id


def run_key(run_id: str) -> str:
    """Return the key of a run without a thread, which is stored only while it is running."""
    return f"run:{run_id}"


class Keys:
    """Translates between the thread ids that callers and nodes see, and one owner's stored keys.

    Whatever thread id a caller or a node chooses, it leads to a thread of this owner. For a run
    without a thread, its own id leads to its own checkpoints.
    """

    def __init__(self, owner: str, run_id: str | None = None) -> None:
        self._prefix = _prefix(owner)
        self._run_id = run_id
        self._run_key = None if run_id is None else run_key(run_id)

    def to_key(self, thread_id: object) -> str:
        """Return the stored key of a thread id."""
        if self._run_key is not None and thread_id == self._run_id:
            return self._run_key
        return f"{self._prefix}{thread_id}"

    def to_thread_id(self, key: str) -> str | None:
        """Return the thread id of a stored key; None if the key is not this owner's."""
        if key == self._run_key:
            return self._run_id
        return key.removeprefix(self._prefix) if key.startswith(self._prefix) else None


def _prefix(owner: str) -> str:
    # Escaped, so that the first slash ends the owner whatever names they may have one day.
    escaped = owner.replace("%", "%25").replace("/", "%2F")
    return f"thread:{escaped}/"
