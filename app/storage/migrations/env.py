"""Run by Alembic: migrates through the connection it is handed."""

from alembic import context

from app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="fanjoin_version",
    transactional_ddl=True,
)


with context.begin_transaction():
    context.run_migrations()
