"""What a client does with runs: start, follow, wait, resume, retry, cancel."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from tests.e2e.follower import Follower
from tests.e2e.killed_service import KilledService
from tests.e2e.proof.expected import ENDS, Expectations, ExpectedRun
from tests.e2e.proof.figures import Figures
from tests.e2e.proof.wire import Answer, Wire

_PAUSE_SECONDS = 0.03


class RunActions:
    """Each act returns when it is known what became of it, however often the service was killed."""

    def __init__(
        self,
        wire: Wire,
        service: KilledService,
        expectations: Expectations,
        figures: Figures,
        *,
        keep_runs_seconds: float,
        choice: random.Random,
    ) -> None:
        self.followers: list[tuple[ExpectedRun, Follower, asyncio.Task[None]]] = []
        self._wire = wire
        self._service = service
        self._expected = expectations
        self._figures = figures
        self._keep_runs_seconds = keep_runs_seconds
        self._random = choice

    async def start(self, run: ExpectedRun) -> bool:
        """Start a background run; return whether there is one."""
        where = "background run" if run.thread is None else "run on a thread"
        kind = where if run.key is None else f"{where}, with a key"
        return await self._begin(kind, "/graphs/diary/runs", run, run.body)

    async def invoke(self, run: ExpectedRun) -> None:
        """Run in the foreground; a kill ends the run, or leaves none."""
        kind = "invoke" if run.thread is None else "invoke on a thread"
        answer = await self._attempt(kind, "/graphs/diary/invoke", run.body)
        if run.thread is not None:
            run.thread.possible.add(run.entry)
        if answer is None:
            run_id = await self._find(lambda one: one["metadata"].get("name") == run.name, run)
            if run_id is not None:
                self._figures.done_all_the_same[kind] += 1
                self._accept(run, run_id)
            elif run.thread is not None:
                _forget_entry(run)
        elif answer.status == 409:
            self._refuse(kind, run, answer)
        else:
            is_fine = answer.is_success
            self._figures.expect("an invoke succeeds", is_fine, f"{run} {answer}")
            self._accept(run, answer.body["run_id"])
            run.status = "success"
            self._confirm(run)

    async def resume(self, asking: ExpectedRun, resumed: ExpectedRun) -> bool:
        """Answer a run's question; return whether there is a run that continues it."""
        path, body = f"/runs/{asking.run_id}/resume", {"resume": resumed.answer}
        return await self._begin("resume", path, resumed, body, resume_of=asking.run_id)

    async def resume_again(self, asking: ExpectedRun) -> None:
        """Answer a question that was answered: it must be refused."""
        body = {"resume": "once more"}
        answer = await self._attempt("resume again", f"/runs/{asking.run_id}/resume", body)
        if answer is not None:
            self._figures.expect(
                "a question is answered once",
                answer.status in (404, 409),
                f"{asking} {answer}",
            )

    async def retry(self, failed: ExpectedRun, again: ExpectedRun) -> bool:
        """Repeat what failed; return whether there is a run that does."""
        path = f"/runs/{failed.run_id}/retry"
        failed.retried_at, failed.retried_by = self._service.count_starts(), again
        return await self._begin("retry", path, again, None, retry_of=failed.run_id)

    async def cancel(self, run: ExpectedRun) -> None:
        """Cancel a run, and see how it ended."""
        answer = await self._attempt("cancel", f"/runs/{run.run_id}/cancel", None)
        await self.wait(run)
        if answer is not None and answer.status == 200:
            is_so = run.status in (answer.body["status"], "pruned")
            self._figures.expect("a cancelled run stays so", is_so, f"{run} {answer.body}")

    async def delete(self, run: ExpectedRun) -> None:
        """Delete a run, and see that it is gone, or that its refusal has a reason."""
        kind, path = "run deleted", f"/runs/{run.run_id}"
        self._figures.tried[kind] += 1
        answer = await self._wire.attempt("DELETE", path)
        if answer is None:
            self._figures.unanswered[kind] += 1
            is_gone = (await self._wire.read("GET", path)).status == 404
            self._figures.done_all_the_same[kind] += is_gone
        else:
            is_gone = answer.is_success or answer.status == 404
        if is_gone:
            run.status = "deleted"
            await self.check_deleted(run)
        elif answer is not None:
            self._figures.tried[f"{kind}: refused"] += 1
            is_waiting = answer.status == 409 and run.status == "interrupted"
            self._figures.expect("a refusal has a reason", is_waiting, f"delete {run} {answer}")

    async def check_deleted(self, run: ExpectedRun) -> None:
        answer = await self._wire.read("GET", f"/runs/{run.run_id}")
        self._figures.expect("a deleted run is gone", answer.status == 404, f"{run} {answer}")

    async def wait(self, run: ExpectedRun) -> None:
        """Wait for a run's end, which must be one that its kind may have."""
        while True:
            answer = await self._wire.read("GET", f"/runs/{run.run_id}")
            if answer.status == 404:
                is_old = run.age_seconds > self._keep_runs_seconds
                is_gone = run.thread is not None and run.thread.state != "there"
                self._figures.expect("an accepted run is stored", is_old or is_gone, str(run))
                run.status = "pruned"
                return
            if answer.body["status"] in ENDS:
                run.status, run.attempt = answer.body["status"], answer.body["attempt"]
                self._confirm(run, answer.body)
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    def follow(self, run: ExpectedRun) -> None:
        """Follow a run's events beside everything else."""
        self._figures.tried["stream"] += 1
        follower = Follower(self._service, run.run_id, self._wire.moment)
        task = asyncio.create_task(follower.follow(self._wire.client))
        self.followers.append((run, follower, task))

    async def _begin(self, kind: str, path: str, run: ExpectedRun, body: Any, **link: str) -> bool:
        answer = await self._attempt(kind, path, body, key=run.key)
        if run.thread is not None:
            run.thread.possible.add(run.entry)
        if answer is None:
            return await self._settle(kind, path, run, body, link)
        if answer.status == 202:
            self._accept(run, answer.body["run_id"])
            if run.key is not None and self._random.random() < 0.3:
                await self._repeat(path, run, body)
            return True
        self._refuse(kind, run, answer)
        return False

    async def _settle(
        self, kind: str, path: str, run: ExpectedRun, body: Any, link: dict[str, str]
    ) -> bool:
        """See whether a run was created by a request that got no answer."""

        def is_it(one: dict[str, Any]) -> bool:
            is_linked = all(one[name] == value for name, value in link.items())
            return (
                one["metadata"].get("name") == run.name
                and is_linked
                and bool(link or (one["retry_of"] is None and one["resume_of"] is None))
            )

        run_id = await self._find(is_it, run)
        if run_id is not None:
            self._figures.done_all_the_same[kind] += 1
            self._accept(run, run_id)
            if run.key is not None:
                await self._repeat(path, run, body)
            return True
        _forget_entry(run)
        if not link:
            self._expected.not_started.add(run.name)
        return False

    async def _repeat(self, path: str, run: ExpectedRun, body: Any) -> None:
        """Send a request with a key again: it must return the same run, while that is stored."""
        again = None
        while again is None:
            if run.age_seconds > self._keep_runs_seconds / 2:
                return
            again = await self._attempt("a request repeated by its key", path, body, key=run.key)
        is_same = again.status == 202 and again.body["run_id"] == run.run_id
        self._figures.expect("a key returns the same run", is_same, f"{run} {again}")

    async def _find(self, is_it: Callable[[dict[str, Any]], bool], run: ExpectedRun) -> str | None:
        answer = await self._wire.read(
            "POST", "/runs/search", {"metadata": {"name": run.name}, "limit": 100}
        )
        ids = [one["run_id"] for one in answer.body if is_it(one)]
        self._figures.expect("no request starts two runs", len(ids) < 2, f"{run} {ids}")
        return ids[0] if ids else None

    async def _attempt(
        self, kind: str, path: str, body: Any, *, key: str | None = None
    ) -> Answer | None:
        self._figures.tried[kind] += 1
        answer = await self._wire.attempt("POST", path, body, key=key)
        if answer is None:
            self._figures.unanswered[kind] += 1
        return answer

    def _accept(self, run: ExpectedRun, run_id: str) -> None:
        run.run_id = run_id
        self._expected.runs[run_id] = run

    def _refuse(self, kind: str, run: ExpectedRun, answer: Answer) -> None:
        self._figures.tried[f"{kind}: refused"] += 1
        is_old = run.age_seconds > self._keep_runs_seconds
        is_so = answer.status == 409 or (answer.status == 404 and is_old)
        self._figures.expect("a refusal has a reason", is_so, f"{kind} {run} {answer}")
        _forget_entry(run)

    def _confirm(self, run: ExpectedRun, shown: Any = None) -> None:
        """Check how a run ended, and remember the entry that it made."""
        may = {"success"}
        if run.kind == "asks" and run.answer is None:
            may = {"interrupted"}
        elif run.kind == "fails":
            may = {"success", "error"}
        if not run.is_background:
            may |= {"error"}
        may |= {"cancelled"} if run.may_be_cancelled else set()
        self._figures.expect("a run ends as it must", run.status in may, f"{run} {shown}")
        if run.status == "success" and run.thread is not None:
            run.thread.possible.discard(run.entry)
            run.thread.certain.add(run.entry)


def _forget_entry(run: ExpectedRun) -> None:
    """Expect no entry of a run that was not created."""
    if run.thread is not None:
        run.thread.possible.discard(run.entry)
