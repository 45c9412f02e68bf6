"""Databases as earlier versions left them."""

from alembic import command
from alembic.config import Config

from app.settings import Settings
from app.storage.engines import writing_engine
from tests.conftest import ROOT


def downgrade(settings: Settings, revision: str) -> None:
    """Leave the tables as an earlier version made them."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app/storage/migrations"))
    config.set_main_option("path_separator", "os")
    engine = writing_engine(settings, is_bounded=False)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def execute(settings: Settings, script: str, *, file: str | None = None) -> None:
    """Execute the statements of a script in our tables, or in another file of SQLite."""
    binary = "BLOB" if settings.postgres_url is None else "BYTEA"
    engine = writing_engine(settings) if file is None else writing_engine(settings, file=file)
    with engine.begin() as connection:
        for statement in script.split(";"):
            connection.exec_driver_sql(statement.replace("{binary}", binary))
    engine.dispose()
