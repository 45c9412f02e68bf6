"""What a client does with threads: create, label, edit, read, delete."""

from typing import Any

from tests.e2e.proof.expected import ExpectedThread
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.wire import Answer, Wire

_BUSY = 409


class ThreadActions:
    """Each act returns when it is known what became of it, however often the service was killed."""

    def __init__(self, wire: Wire, figures: Figures) -> None:
        self._wire = wire
        self._figures = figures

    async def create(self, thread: ExpectedThread, *, minutes: float | None = None) -> None:
        """Create a thread, with a time to live where it is to expire."""
        body: dict[str, Any] = {"thread_id": thread.thread_id, "if_exists": "do_nothing"}
        if minutes is not None:
            body["ttl"] = {"ttl": minutes}
        created = None
        while created is None:
            created = await self._attempt("thread created", "POST", "/threads", body)
        assert created.is_success, created

    async def label(self, thread: ExpectedThread, value: int) -> None:
        """Write two labels at once."""
        kind, before = "metadata patched", thread.label
        body = {"metadata": {"left": value, "right": value}}
        answer = await self._attempt(kind, "PATCH", self._path(thread), body)
        if answer is None:
            shown = (await self._wire.read("GET", self._path(thread))).body["metadata"]
            labels = {shown.get("left"), shown.get("right")}
            self._figures.expect(
                "a patch is whole or not there",
                labels in ({value}, {before}),
                f"{thread} {shown} {value}",
            )
            thread.label = shown.get("left")
            self._figures.done_all_the_same[kind] += thread.label == value
        elif answer.is_success:
            thread.label = value
        else:
            self._figures.expect("a patch is accepted", False, f"{thread} {answer}")

    async def edit(self, thread: ExpectedThread, entry: str) -> None:
        """Add an entry as if a run had made it."""
        kind = "state edited"
        body = {"values": {"entries": [entry]}, "as_node": "combine"}
        answer = await self._attempt(kind, "POST", f"{self._path(thread)}/state", body)
        if answer is None:
            entries = await self._entries(thread)
            if entry in entries:
                thread.certain.add(entry)
                self._figures.done_all_the_same[kind] += 1
        elif answer.is_success:
            thread.certain.add(entry)
            made = answer.body["checkpoint"]["checkpoint_id"]
            await self._look_for(thread, made)
        else:
            self._figures.tried[f"{kind}: refused"] += 1
            is_busy = answer.status == _BUSY
            self._figures.expect("a refusal has a reason", is_busy, f"edit {thread} {answer}")

    async def delete(self, thread: ExpectedThread) -> bool:
        """Delete a thread; return whether it is gone."""
        kind = "thread deleted"
        answer = await self._attempt(kind, "DELETE", self._path(thread))
        if answer is None:
            is_gone = (await self._wire.read("GET", self._path(thread))).status == 404
            self._figures.done_all_the_same[kind] += is_gone
        else:
            is_gone = answer.is_success
        if is_gone:
            thread.state = "gone"
            await self.check(thread)
        elif answer is not None:
            self._figures.tried[f"{kind}: refused"] += 1
            is_busy = answer.status == _BUSY
            self._figures.expect("a refusal has a reason", is_busy, f"delete {thread} {answer}")
        return is_gone

    async def check(self, thread: ExpectedThread) -> bool:
        """Compare a thread with what is expected of it; return whether it is busy."""
        answer = await self._wire.read("GET", self._path(thread))
        if thread.state == "gone":
            self._figures.expect("a deleted thread is gone", answer.status == 404, str(thread))
            return False
        if thread.state == "expiring":
            return answer.status != 404
        self._figures.expect("a thread is there", answer.status == 200, f"{thread} {answer}")
        if answer.status != 200:
            return False
        labels = {answer.body["metadata"].get(name) for name in ("left", "right")}
        self._figures.expect("labels are there", labels == {thread.label}, f"{thread} {labels}")
        errors = thread.entry_errors((answer.body["values"] or {}).get("entries", []))
        self._figures.expect(
            "a state has what was acknowledged, once", not errors, f"{thread.thread_id} {errors}"
        )
        return bool(answer.body["status"] == "busy")

    async def _look_for(self, thread: ExpectedThread, checkpoint_id: str) -> None:
        answer = await self._wire.read("POST", f"{self._path(thread)}/history", {"limit": 5})
        made = [one["checkpoint"]["checkpoint_id"] for one in answer.body]
        is_so = checkpoint_id in made
        self._figures.expect("an edit is in the history", is_so, f"{checkpoint_id} {made}")

    async def _entries(self, thread: ExpectedThread) -> list[str]:
        answer = await self._wire.read("GET", self._path(thread))
        return list((answer.body["values"] or {}).get("entries", []))

    async def _attempt(self, kind: str, method: str, path: str, body: Any = None) -> Answer | None:
        self._figures.tried[kind] += 1
        answer = await self._wire.attempt(method, path, body)
        if answer is None:
            self._figures.unanswered[kind] += 1
        return answer

    def _path(self, thread: ExpectedThread) -> str:
        return f"/threads/{thread.thread_id}"
