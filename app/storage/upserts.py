"""INSERT with ON CONFLICT, which SQLAlchemy spells once per database."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
