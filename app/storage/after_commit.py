"""What is to happen once a transaction of the writer is committed, and not if it is not."""

from collections.abc import Callable

from sqlalchemy import Connection

_KEY = "fanjoin_after_commit"


def after_commit(connection: Connection, act: Callable[[], None]) -> None:
    """Call this in the writer's thread, once the transaction is committed."""
    connection.info.setdefault(_KEY, []).append(act)


def begin(connection: Connection) -> None:
    """Forget what a transaction left that was not committed; the connection outlives it."""
    connection.info.pop(_KEY, None)


def take(connection: Connection) -> list[Callable[[], None]]:
    """Return what is to be called, in order."""
    acts: list[Callable[[], None]] = connection.info.pop(_KEY, [])
    return acts
