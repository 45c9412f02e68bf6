"""What a database driver raises, as a reason that a person understands."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.database_errors import reason_of
from app.errors import StorageUnavailable


def storage_failure(error: BaseException) -> StorageUnavailable | None:
    """Return what a caller is told; None where the database itself is well.

    Takes what SQLAlchemy raises as well as what sqlite3 and psycopg do.
    """
    reason = (
        "the database is too busy to answer"
        if isinstance(error, PoolTimeout)
        else reason_of(error.orig if isinstance(error, DBAPIError) else error)
    )
    return None if reason is None else StorageUnavailable(reason)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Raise StorageUnavailable for what goes wrong inside because the database is not well."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        unavailable = storage_failure(error)
        if unavailable is None:
            raise
        raise unavailable from error


def is_lost_connection(error: BaseException) -> bool:
    """Whether the statement may have failed only for the connection it went through."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
