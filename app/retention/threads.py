"""Deletes old threads, and the older checkpoints of those that stay."""

import asyncio
import logging
from datetime import datetime
from functools import partial

from app.errors import StorageUnavailable, UnreadableState
from app.logs import OnceLog
from app.plain_json import clean_text, named_error
from app.retention import statements
from app.retention.batches import NO_TEXT, REST_SECONDS, Batches, is_text
from app.retention.policy import RetentionPolicy
from app.storage.checkpoints import Checkpoints
from app.storage.database import Database
from app.storage.errors import is_damage
from app.threads import claims, waiting_runs
from app.threads.claims import Claim, Release
from app.threads.repository import ThreadRepository
from app.threads.thread import ThreadRecord
from app.work.idle import IDLE
from app.work.work import Work

logger = logging.getLogger(__name__)


class ThreadSweeper:
    """Deletes and shortens threads that no run is using."""

    def __init__(self, database: Database, checkpoints: Checkpoints, work: Work = IDLE) -> None:
        self._database = database
        self._repository = ThreadRepository(database, work)
        self._release = partial(waiting_runs.release, work)
        self._checkpoints = checkpoints
        self._shortened_until: datetime | None = None
        self._unreadable = OnceLog(logger, "the checkpoints of a thread cannot be read")

    async def delete(self, policy: RetentionPolicy) -> int:
        """Delete threads past their time, and finish what a killed process left half deleted."""
        deleted = await self._mark(policy)
        batches = Batches(self._database, statements.deleting_threads())
        async for keys in batches:
            for key in keys:
                try:
                    await self._checkpoints.delete_thread(*key)
                except StorageUnavailable as error:
                    if not is_damage(error):
                        raise
                    batches.skip(key, reason=error.reason)
                    await self._repository.mark_broken([key])
            gone = [key for key in keys if key not in batches.skipped]
            await self._repository.delete(gone)
            deleted += len(gone)
        return deleted

    async def keep_latest(self, policy: RetentionPolicy) -> int:
        """Cut threads at rest to their latest checkpoint: those whose time is up, and old ones."""
        rows = list(await self._database.read(statements.threads_to_shorten(policy.now)))
        if policy.checkpoints is not None:
            # Those of the last time are short already.
            rows += await self._database.read(
                statements.idle_threads(self._shortened_until, policy.checkpoints)
            )
        shortened = 0
        for owner, thread_id in rows:
            if is_text((owner, thread_id)):
                shortened += await self._keep_latest(owner, thread_id, policy.now)
                await asyncio.sleep(REST_SECONDS)
            else:
                self._warn(owner, thread_id, NO_TEXT)
        self._shortened_until = policy.checkpoints
        return shortened

    async def _mark(self, policy: RetentionPolicy) -> int:
        """Mark what is to go; return how many went at once, since no text leads to them."""
        batches = Batches(self._database, statements.expired_threads(policy.now, policy.threads))
        async for keys in batches:
            batch = (keys, policy.now, policy.threads)
            await self._database.writer.write(statements.begin_to_delete, batch)
        for key in batches.no_text:
            await self._database.writer.write(statements.drop_thread_of_bytes, key)
        return len(batches.no_text)

    async def _keep_latest(self, owner: str, thread_id: str, now: datetime) -> bool:
        claim = Claim(owner, thread_id, free=statements.AT_REST)
        before = await self._database.writer.write(claims.claim, claim)
        if not isinstance(before, ThreadRecord):
            return False
        unused = {"updated_at": before.updated_at, "expires_at": statements.expiry_after(now)}
        try:
            # One that cannot be read is not to replace those that can.
            at = {"thread_id": thread_id, "checkpoint_ns": ""}
            await self._checkpoints.of(owner).aget_tuple({"configurable": at})
            await self._checkpoints.prune_thread(owner, thread_id)
        except NotImplementedError as error:
            logger.warning(
                "checkpoints of a thread were not pruned",
                extra={
                    "thread_id": thread_id,
                    "graph_id": before.graph_id,
                    "reason": str(error),
                },
            )
            return False
        except StorageUnavailable as error:
            if not is_damage(error):
                raise
            self._warn(owner, thread_id, named_error(error))
            return False
        except (UnreadableState, ValueError) as error:  # metadata of a sub-graph may be broken, too
            self._warn(owner, thread_id, named_error(error))
            return False
        finally:
            end = Release(claim, before.status, unused)
            await self._database.writer.write(self._release, end)
        return True

    def _warn(self, owner: str, thread_id: str, reason: str) -> None:
        thing = f"{owner}/{thread_id}"
        self._unreadable.warn(thing, thread_id=clean_text(thread_id), error=reason)
